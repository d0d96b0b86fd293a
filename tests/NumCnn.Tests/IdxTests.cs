using System.IO.Compression;

namespace NumCnn.Tests;

public sealed class IdxTests : IDisposable
{
    private static readonly byte[] s_images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6];
    private static readonly byte[] s_labels = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Images_and_labels_are_read(bool gzip)
    {
        string images = _folder.Write("images", gzip ? Gzip(s_images) : s_images);
        string labels = _folder.Write("labels", gzip ? Gzip(s_labels) : s_labels);
        IdxImages read = IdxFile.ReadImages(images);
        Assert.Equal((2, 2, 3), (read.Count, read.Rows, read.Columns));
        Assert.Equal(s_images[16..], read.Pixels);
        Assert.Equal([7, 9], IdxFile.ReadLabels(labels));

        Dataset<float, int> data = IdxFile.ReadDataset<float>(images, labels);
        Assert.Equal((2, 6, 1), (data.Count, data.InputLength, data.TargetLength));
        Assert.Equal([0f, 0.2f, 0.4f, 0.6f, 0.8f, 1f], data.Inputs.Span[..6].ToArray());
        Assert.Equal([7, 9], data.Targets.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Truncated_files_and_trailing_bytes_are_refused(bool gzip)
    {
        for (int length = 0; length < s_images.Length; length++)
        {
            string path = _folder.Write("images", gzip ? Gzip(s_images[..length]) : s_images[..length]);
            Assert.Contains(path, Assert.Throws<InvalidDataException>(() => IdxFile.ReadImages(path)).Message, StringComparison.Ordinal);
        }

        string longer = _folder.Write("images", gzip ? Gzip([.. s_images, 0]) : [.. s_images, 0]);
        Assert.Contains("follow", Assert.Throws<InvalidDataException>(() => IdxFile.ReadImages(longer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_gzip_is_refused()
    {
        byte[] whole = Gzip(s_images);
        for (int length = 0; length < whole.Length; length++)
        {
            AssertWholeOrRefused(whole[..length]);
        }

        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertWholeOrRefused(damaged);
        }
    }

    [Fact]
    public void Other_types_ranks_and_lying_sizes_are_refused()
    {
        string labels = _folder.Write("labels", s_labels);
        Assert.Contains("00000801", Assert.Throws<InvalidDataException>(() => IdxFile.ReadImages(labels)).Message, StringComparison.Ordinal);
        string images = _folder.Write("images", s_images);
        Assert.Throws<InvalidDataException>(() => IdxFile.ReadLabels(images));
        byte[] huge = [.. s_images];
        huge.AsSpan(4, 12).Fill(0x7f);
        Assert.Contains("claims", Assert.Throws<InvalidDataException>(() => IdxFile.ReadImages(_folder.Write("huge", huge))).Message, StringComparison.Ordinal);
        byte[] large = [.. s_labels];
        large[4] = 0x70;
        Assert.Contains("ends before", Assert.Throws<InvalidDataException>(() => IdxFile.ReadLabels(_folder.Write("large", large))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Different_numbers_of_images_and_labels_are_said()
    {
        string labels = _folder.Write("labels", [0, 0, 8, 1, 0, 0, 0, 1, 7]);
        string images = _folder.Write("images", s_images);
        Assert.Contains("2 images", Assert.Throws<InvalidDataException>(() => IdxFile.ReadDataset<float>(images, labels)).Message, StringComparison.Ordinal);
    }

    // What lies behind the content (checksum, length) may be damaged without harm; the content may not.
    private void AssertWholeOrRefused(byte[] content)
    {
        string path = _folder.Write("images", content);
        try
        {
            Assert.Equal(s_images[16..], IdxFile.ReadImages(path).Pixels);
        }
        catch (InvalidDataException e)
        {
            Assert.Contains(path, e.Message, StringComparison.Ordinal);
        }
    }

    private static byte[] Gzip(byte[] content)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return memory.ToArray();
    }
}
