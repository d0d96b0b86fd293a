using System.IO.Compression;

namespace NumCnn;

/// <summary>Reads .npz: a zip of .npy arrays, stored or deflated. Each entry's length and checksum are checked.</summary>
internal sealed class NpzArchive : TensorArchive
{
    private const string Extension = ".npy";

    private readonly ZipArchive _zip;
    private readonly List<(ZipArchiveEntry Entry, NpyHeader Header)> _entries = [];
    private readonly List<TensorHeader> _headers = [];

    public NpzArchive(string path, FileStream stream)
        : base(path)
    {
        _zip = Guard(path, null, () => new ZipArchive(stream, ZipArchiveMode.Read));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in Guard(path, null, () => _zip.Entries))
        {
            if (!entry.FullName.EndsWith(Extension, StringComparison.Ordinal))
            {
                throw new WeightFileException(path, entry.FullName, "the entry is no .npy array.");
            }

            string name = entry.FullName[..^Extension.Length];
            if (!names.Add(name))
            {
                throw new WeightFileException(path, name, "the name occurs twice.");
            }

            NpyHeader header = Guard(path, name, () => ReadHeader(entry));
            _entries.Add((entry, header));
            _headers.Add(new TensorHeader(name, header.Type, header.Shape));
        }
    }

    public override IReadOnlyList<TensorHeader> Headers => _headers;

    public override byte[] ReadBytes(int index) => Guard(Path, _headers[index].Name, () =>
    {
        (ZipArchiveEntry entry, NpyHeader header) = _entries[index];
        using Stream opened = entry.Open();
        using var stream = new ChecksumStream(opened);
        NpyHeader.Read(stream);
        byte[] data = NpyFile.ReadData(stream, Path, _headers[index]);
        if (stream.Checksum != entry.Crc32)
        {
            throw new WeightFileException(Path, _headers[index].Name, $"the checksum is {stream.Checksum:x8}, but the zip says {entry.Crc32:x8}.");
        }

        return header.Normalise(data);
    });

    public override void Dispose() => _zip.Dispose();

    private static NpyHeader ReadHeader(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        return NpyHeader.Read(stream);
    }

    /// <summary>Passes a stream through and sums it up.</summary>
    private sealed class ChecksumStream(Stream inner) : Stream
    {
        public uint Checksum { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = inner.Read(buffer, offset, count);
            Checksum = Crc32.Append(Checksum, buffer.AsSpan(offset, read));
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
