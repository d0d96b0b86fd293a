using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace NumCnn.Conformance.Npz;

/// <summary>
/// The arrays of an .npz file as the reference scripts write them: little-endian f4, f8 or i8 in C order. Kept apart from
/// the runtime's own reader, so that a fault there cannot hide itself here.
/// </summary>
internal sealed partial class NumpyArchive
{
    private readonly Dictionary<string, (int[] Shape, double[] Values)> _arrays = new(StringComparer.Ordinal);

    private NumpyArchive()
    {
    }

    public IEnumerable<string> Names => _arrays.Keys;

    public static NumpyArchive Read(string path)
    {
        var file = new NumpyArchive();
        using ZipArchive archive = ZipFile.OpenRead(path);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream stream = entry.Open();
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            file._arrays.Add(entry.FullName[..^".npy".Length], ReadArray(memory.ToArray()));
        }

        return file;
    }

    public bool Has(string name) => _arrays.ContainsKey(name);

    public double[] Values(string name) => Find(name).Values;

    public int[] Shape(string name) => Find(name).Shape;

    public double Scalar(string name) => Values(name).Single();

    private (int[] Shape, double[] Values) Find(string name) => _arrays.TryGetValue(name, out var array)
        ? array
        : throw new KeyNotFoundException($"No array '{name}'; there are {string.Join(", ", Names)}.");

    private static (int[] Shape, double[] Values) ReadArray(ReadOnlySpan<byte> bytes)
    {
        // magic (6 bytes), version 1.0, length of the header, header (a Python dict), data
        int headerLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        string header = Encoding.ASCII.GetString(bytes.Slice(10, headerLength));
        Match match = Header().Match(header);
        if (!match.Success)
        {
            throw new InvalidDataException($"Unexpected header: {header}");
        }

        int[] shape = [.. match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        double[] values = new double[shape.Aggregate(1, static (product, size) => product * size)];
        ReadOnlySpan<byte> data = bytes[(10 + headerLength)..];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = match.Groups["type"].Value switch
            {
                "f4" => BinaryPrimitives.ReadSingleLittleEndian(data[(4 * i)..]),
                "f8" => BinaryPrimitives.ReadDoubleLittleEndian(data[(8 * i)..]),
                _ => BinaryPrimitives.ReadInt64LittleEndian(data[(8 * i)..]),
            };
        }

        return (shape, values);
    }

    [GeneratedRegex(@"'descr': '<(?<type>f4|f8|i8)', 'fortran_order': False, 'shape': \((?<shape>[0-9, ]*)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();
}
