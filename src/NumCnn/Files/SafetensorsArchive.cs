namespace NumCnn;

/// <summary>
/// Reads .safetensors: 8 bytes of header length, a JSON header, the data. The header is held to the format's own rules:
/// tensors cover the data without gap or overlap, and each has exactly the bytes of its shape.
/// </summary>
internal sealed class SafetensorsArchive : TensorArchive
{
    // The limit of the reference implementation.
    private const long MaxHeaderLength = 100_000_000;

    private readonly FileStream _stream;
    private readonly long _dataStart;
    private readonly List<SafetensorsEntry> _entries;
    private readonly TensorHeader[] _headers;

    public SafetensorsArchive(string path, FileStream stream)
        : base(path)
    {
        _stream = stream;
        long fileLength = stream.Length;
        long length = ReadLength(path, stream, fileLength);
        byte[] header = ExactReader.Read(stream, length) ?? throw new WeightFileException(path, null, "the file ends in its header.");
        _dataStart = 8 + length;
        _entries = ReadHeader(path, header);
        CheckCoverage(fileLength - _dataStart);
        _headers = new TensorHeader[_entries.Count];
        for (int i = 0; i < _headers.Length; i++)
        {
            _headers[i] = _entries[i].Header;
        }
    }

    public override IReadOnlyList<TensorHeader> Headers => _headers;

    public override byte[] ReadBytes(int index)
    {
        SafetensorsEntry entry = _entries[index];
        long length = entry.End - entry.Begin;
        byte[]? bytes = null;
        try
        {
            _stream.Position = _dataStart + entry.Begin;
            bytes = ExactReader.Read(_stream, length);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(Path, entry.Header.Name, e);
        }

        return bytes ?? throw new WeightFileException(Path, entry.Header.Name, $"{length} bytes cannot be read.");
    }

    public override void Dispose() => _stream.Dispose();

    private static long ReadLength(string path, FileStream stream, long fileLength)
    {
        byte[] prefix = ExactReader.Read(stream, 8) ?? throw new WeightFileException(path, null, $"the file has {fileLength} bytes; a header's length takes 8.");
        ulong length = 0;
        for (int i = prefix.Length - 1; i >= 0; i--)
        {
            length = (length << 8) | prefix[i];
        }

        return length <= MaxHeaderLength && (long)length <= fileLength - 8
            ? (long)length
            : throw new WeightFileException(path, null, $"the header claims {length} bytes, but the file has {fileLength} and a header at most {MaxHeaderLength}.");
    }

    private static List<SafetensorsEntry> ReadHeader(string path, byte[] header)
    {
        if (header.Length == 0 || header[0] != '{')
        {
            throw new WeightFileException(path, null, "the header is no JSON object.");
        }

        try
        {
            return SafetensorsHeader.Read(path, header);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(path, null, e);
        }
    }

    private void CheckCoverage(long dataLength)
    {
        long covered = 0;
        foreach (SafetensorsEntry entry in ByPlace())
        {
            if (entry.Begin != covered || entry.End < entry.Begin || entry.End > dataLength || entry.End - entry.Begin != entry.Header.ByteLength)
            {
                throw Misplaced(entry, covered, dataLength);
            }

            covered = entry.End;
        }

        if (covered != dataLength)
        {
            throw Uncovered(covered, dataLength);
        }
    }

    /// <summary>The tensors as their data follow each other: mostly the header's own order.</summary>
    private List<SafetensorsEntry> ByPlace()
    {
        for (int i = 1; i < _entries.Count; i++)
        {
            if (_entries[i].Begin <= _entries[i - 1].Begin)
            {
                return Sorted(_entries);
            }
        }

        return _entries;
    }

    private static List<SafetensorsEntry> Sorted(List<SafetensorsEntry> entries) => [.. entries.OrderBy(static entry => entry.Begin).ThenBy(static entry => entry.End)];

    // Messages are made apart: a method that makes one costs more to compile, and a process's first inference waits for it.
    private WeightFileException Uncovered(long covered, long dataLength) => new(Path, null, $"the tensors have {covered} bytes, but the file {dataLength}.");

    private WeightFileException Misplaced(SafetensorsEntry entry, long covered, long dataLength) => new(
        Path,
        entry.Header.Name,
        entry.Begin != covered ? $"its data begin at {entry.Begin}, but {covered} bytes come before: there is {(entry.Begin > covered ? "a gap" : "an overlap")}."
        : entry.End < entry.Begin || entry.End > dataLength ? $"its data end at {entry.End}, but begin at {entry.Begin} and the file has {dataLength} bytes of data."
        : $"its data have {entry.End - entry.Begin} bytes, but {entry.Header.Type} {entry.Header.ShapeText} has {entry.Header.ByteLength}.");
}
