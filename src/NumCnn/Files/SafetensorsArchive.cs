using System.Buffers.Binary;
using System.Text.Json;

namespace NumCnn;

/// <summary>
/// Reads .safetensors: 8 bytes of header length, a JSON header, the data. The header is held to the format's own rules:
/// tensors cover the data without gap or overlap, and each has exactly the bytes of its shape.
/// </summary>
internal sealed class SafetensorsArchive : TensorArchive
{
    // The limit of the reference implementation.
    private const long MaxHeaderLength = 100_000_000;
    private const string MetadataKey = "__metadata__";

    private readonly FileStream _stream;
    private readonly long _dataStart;
    private readonly List<(TensorHeader Header, long Begin, long End)> _entries;

    public SafetensorsArchive(string path, FileStream stream)
        : base(path)
    {
        _stream = stream;
        byte[] prefix = ExactReader.Read(stream, 8) ?? throw new WeightFileException(path, null, $"the file has {stream.Length} bytes; a header's length takes 8.");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxHeaderLength || (long)length > stream.Length - 8)
        {
            throw new WeightFileException(path, null, $"the header claims {length} bytes, but the file has {stream.Length} and a header at most {MaxHeaderLength}.");
        }

        byte[] header = ExactReader.Read(stream, (long)length) ?? throw new WeightFileException(path, null, "the file ends in its header.");
        _dataStart = 8 + (long)length;
        _entries = Guard(path, null, () => Parse(header));
        CheckCoverage(stream.Length - _dataStart);
        Headers = _entries.ConvertAll(static entry => entry.Header);
    }

    public override IReadOnlyList<TensorHeader> Headers { get; }

    public override byte[] ReadBytes(int index)
    {
        (TensorHeader header, long begin, long end) = _entries[index];
        return Guard(Path, header.Name, () =>
        {
            _stream.Position = _dataStart + begin;
            return ExactReader.Read(_stream, end - begin) ?? throw new WeightFileException(Path, header.Name, $"{end - begin} bytes cannot be read.");
        });
    }

    public override void Dispose() => _stream.Dispose();

    private List<(TensorHeader Header, long Begin, long End)> Parse(byte[] header)
    {
        if (header.Length == 0 || header[0] != '{')
        {
            throw new WeightFileException(Path, null, "the header is no JSON object.");
        }

        using JsonDocument document = JsonDocument.Parse(header);
        var entries = new List<(TensorHeader Header, long Begin, long End)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                throw new WeightFileException(Path, property.Name, "the name occurs twice.");
            }

            if (property.Name == MetadataKey)
            {
                CheckMetadata(property.Value);
            }
            else
            {
                entries.Add(Guard(Path, property.Name, () => ParseEntry(property.Name, property.Value)));
            }
        }

        return entries;
    }

    private (TensorHeader Header, long Begin, long End) ParseEntry(string name, JsonElement entry)
    {
        JsonElement? dtype = null, shape = null, offsets = null;
        foreach (JsonProperty property in entry.EnumerateObject())
        {
            ref JsonElement? slot = ref dtype;
            switch (property.Name)
            {
                case "dtype":
                    break;
                case "shape":
                    slot = ref shape;
                    break;
                case "data_offsets":
                    slot = ref offsets;
                    break;
                default:
                    throw new WeightFileException(Path, name, $"the key '{property.Name}' is none of dtype, shape, data_offsets.");
            }

            slot = slot is null ? property.Value : throw new WeightFileException(Path, name, $"the key '{property.Name}' occurs twice.");
        }

        if (dtype is null || shape is null || offsets is null)
        {
            throw new WeightFileException(Path, name, "dtype, shape or data_offsets is missing.");
        }

        string typeName = dtype.Value.GetString() ?? string.Empty;
        StoredType type = StoredTypes.FromSafetensors(typeName) ?? throw new WeightFileException(Path, name, $"the type '{typeName}' is not known here.");
        if (shape.Value.GetArrayLength() > TensorHeader.MaxRank || offsets.Value.GetArrayLength() != 2)
        {
            throw new WeightFileException(Path, name, $"the shape has more than {TensorHeader.MaxRank} dimensions, or there are not two data_offsets.");
        }

        int[] sizes = [.. shape.Value.EnumerateArray().Select(static size => size.GetInt32())];
        if (sizes.Any(static size => size < 0))
        {
            throw new WeightFileException(Path, name, "the shape has a negative size.");
        }

        return (new TensorHeader(name, type, sizes), offsets.Value[0].GetInt64(), offsets.Value[1].GetInt64());
    }

    private void CheckMetadata(JsonElement metadata)
    {
        foreach (JsonProperty property in metadata.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
            {
                throw new WeightFileException(Path, null, $"the metadata '{property.Name}' is no string.");
            }
        }
    }

    private void CheckCoverage(long dataLength)
    {
        long covered = 0;
        foreach ((TensorHeader header, long begin, long end) in _entries.OrderBy(static entry => entry.Begin).ThenBy(static entry => entry.End))
        {
            if (begin != covered)
            {
                throw new WeightFileException(Path, header.Name, $"its data begin at {begin}, but {covered} bytes come before: there is {(begin > covered ? "a gap" : "an overlap")}.");
            }

            if (end < begin || end > dataLength)
            {
                throw new WeightFileException(Path, header.Name, $"its data end at {end}, but begin at {begin} and the file has {dataLength} bytes of data.");
            }

            if (end - begin != header.ByteLength)
            {
                throw new WeightFileException(Path, header.Name, $"its data have {end - begin} bytes, but {header.Type} {header.ShapeText} has {header.ByteLength}.");
            }

            covered = end;
        }

        if (covered != dataLength)
        {
            throw new WeightFileException(Path, null, $"the tensors have {covered} bytes, but the file {dataLength}.");
        }
    }
}
