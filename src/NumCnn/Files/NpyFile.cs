using System.IO.Compression;

namespace NumCnn;

/// <summary>Files in NumPy's .npy format, versions 1.0 to 3.0: one array each.</summary>
public static class NpyFile
{
    /// <summary>Reads an array, in C or Fortran order, of either byte order.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The array as a tensor without a name.</returns>
    /// <exception cref="WeightFileException">The file is damaged, or of a type that is not supported.</exception>
    public static StoredTensor Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        NpyHeader header;
        try
        {
            header = NpyHeader.Read(stream);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new WeightFileException(path, null, e.Message, e);
        }

        var tensor = new TensorHeader(string.Empty, header.Type, header.Shape);
        return new StoredTensor(tensor, header.Normalise(ReadData(stream, path, tensor)));
    }

    /// <summary>Writes an array. An old file of that name is replaced in one step, or stays whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensor">The array; its name is not written.</param>
    public static void Write(string path, StoredTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        byte[] header = NpyHeader.Write(tensor);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            stream.Write(tensor.Data);
        });
    }

    internal static byte[] ReadData(Stream stream, string path, TensorHeader header)
    {
        if (header.ByteLength > Array.MaxLength)
        {
            throw new WeightFileException(path, header.Name, $"{header.Type} {header.ShapeText} has {header.ByteLength} bytes; at most {Array.MaxLength} are read.");
        }

        byte[] data = ExactReader.Read(stream, header.ByteLength)
            ?? throw new WeightFileException(path, header.Name, $"{header.Type} {header.ShapeText} has {header.ByteLength} bytes, but the data end before.");
        if (stream.Read(new byte[1], 0, 1) != 0)
        {
            throw new WeightFileException(path, header.Name, $"data follow after the {header.ByteLength} bytes of {header.Type} {header.ShapeText}.");
        }

        return data;
    }
}

/// <summary>Files in NumPy's .npz format: a zip of .npy arrays.</summary>
public static class NpzFile
{
    // What NumPy writes too; the time of writing would make equal weights into different files.
    private static readonly DateTimeOffset s_time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads all arrays, stored or deflated.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The arrays in the order of the zip's directory, named without .npy.</returns>
    /// <exception cref="WeightFileException">The file is damaged, or of a type that is not supported.</exception>
    public static IReadOnlyList<StoredTensor> Read(string path) => TensorArchive.ReadAll(path, isZip: true);

    /// <summary>Writes arrays. An old file of that name is replaced in one step, or stays whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The arrays; their names differ.</param>
    /// <param name="compress">Deflates the arrays, as numpy.savez_compressed does.</param>
    public static void Write(string path, IEnumerable<StoredTensor> tensors, bool compress = false) => AtomicFile.Write(path, stream =>
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (StoredTensor tensor in tensors)
        {
            ZipArchiveEntry entry = zip.CreateEntry(tensor.Name + ".npy", compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
            entry.LastWriteTime = s_time;
            using Stream content = entry.Open();
            content.Write(NpyHeader.Write(tensor));
            content.Write(tensor.Data);
        }
    });
}
