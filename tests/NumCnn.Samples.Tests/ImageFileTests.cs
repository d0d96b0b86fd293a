using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using NumCnn.Samples.Shared.Images;

namespace NumCnn.Samples.Tests;

public class ImageFileTests
{
    // Written by Pillow 9.4, 5×3 pixels: pixel (x, y) of the grey one is 16·y + 3·x, of the others (40·x, 80·y, 7·x + y[, 255 − 50·x]).
    private const string GrayPng = "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAAAAAB+XZokAAAAGklEQVR4nGNkYGZmZmYUYGZmZmYRYGZmZgYAAnoASzVLWAcAAAAASUVORK5CYII=";
    private const string RgbPng = "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAIAAADUVFKvAAAAGklEQVR4nGNkYGDQYGCHIxaGAEYGBgRC5wMALEABcOgqk68AAAAASUVORK5CYII=";
    private const string RgbaPng = "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAYAAABbNsX4AAAAHUlEQVR4nGNkYGD4r8HAfg4ZszAEMDIwMKBirIIAEzsFp7Yx8vUAAAAASUVORK5CYII=";

    [Theory]
    [InlineData(GrayPng, PixelFormat.Gray)]
    [InlineData(RgbPng, PixelFormat.Rgb)]
    [InlineData(RgbaPng, PixelFormat.Rgba)]
    public void ReadsWhatAnotherProgramWrote(string file, PixelFormat format)
    {
        Raster image = ImageFile.Decode(Convert.FromBase64String(file));

        Assert.Equal((5, 3, format), (image.Width, image.Height, image.Format));
        for (int y = 0; y < 3; y++)
        {
            for (int x = 0; x < 5; x++)
            {
                byte[] pixel = format == PixelFormat.Gray ? [(byte)((16 * y) + (3 * x))] : [(byte)(40 * x), (byte)(80 * y), (byte)((7 * x) + y), (byte)(255 - (50 * x))];
                Assert.Equal(pixel[..(int)format], image.Pixel(x, y).ToArray());
            }
        }
    }

    [Theory]
    [InlineData(PixelFormat.Gray)]
    [InlineData(PixelFormat.Rgb)]
    [InlineData(PixelFormat.Rgba)]
    public void ReadsEveryRowFilter(PixelFormat format)
    {
        Raster image = Noise(format, 7, 10);

        Assert.Equal(image.Bytes, ImageFile.Decode(Filtered(image, row => row % 5)).Bytes);
    }

    [Theory]
    [InlineData(PixelFormat.Gray)]
    [InlineData(PixelFormat.Rgb)]
    [InlineData(PixelFormat.Rgba)]
    public void ReadsWhatThisProjectWrites(PixelFormat format)
    {
        Raster image = Noise(format, 31, 9);

        Assert.Equal(image.Bytes, ImageFile.Decode(Png.Encode(image)).Bytes);
    }

    [Fact]
    public void ReadsNetpbmPlainAndBinary()
    {
        Assert.Equal([0, 85, 255, 255, 136, 17], ImageFile.Decode("P2\n# a comment\n3 2 15\n0 5 15 15\n8 # here too\n1\n"u8).Bytes);
        Raster colour = ImageFile.Decode("P3 1 2 255 1 2 3 4 5 6"u8);
        Assert.Equal((1, 2, PixelFormat.Rgb), (colour.Width, colour.Height, colour.Format));
        Assert.Equal([1, 2, 3, 4, 5, 6], colour.Bytes);
        Assert.Equal([10, 32], ImageFile.Decode([.. "P5 2 1 255\n"u8, 10, 32]).Bytes);
        Assert.Equal([9, 8, 7], ImageFile.Decode([.. "P6\n1\n1\n255\n"u8, 9, 8, 7]).Bytes);
    }

    [Fact]
    public void ReadsItsOwnNetpbm()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "picture");
        foreach (PixelFormat format in new[] { PixelFormat.Gray, PixelFormat.Rgb })
        {
            Raster image = Noise(format, 6, 4);
            ImageFile.WriteNetpbm(image, path);
            Assert.Equal(image.Bytes, ImageFile.Read(path).Bytes);
        }
    }

    [Theory]
    [InlineData("", "neither")]
    [InlineData("GIF89a", "neither")]
    [InlineData("P4 1 1 ", "neither")]
    [InlineData("P5", "neither")]
    [InlineData("P5 2", "height is missing")]
    [InlineData("P5 2 2 65535\n", "65535")]
    [InlineData("P5 2 2 0\n", "largest value is 0")]
    [InlineData("P5 0 2 255\n", "0×2")]
    [InlineData("P5 2 2 255\nabc", "4 bytes, but 3")]
    [InlineData("P2 2 1 255\n1", "pixel is missing")]
    [InlineData("P2 2 1 15\n1 16", "16, above")]
    [InlineData("P5 99999999999 1 255\n", "width is too large")]
    [InlineData("P5 60000 60000 255\n", "too many")]
    public void SaysWhatIsWrongWithOtherFiles(string file, string reason)
        => Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => ImageFile.Decode(Encoding.ASCII.GetBytes(file))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(8, 3, 0, "palette")]
    [InlineData(8, 4, 0, "grey with opacity")]
    [InlineData(8, 5, 0, "colour type 5")]
    [InlineData(16, 2, 0, "16 bits")]
    [InlineData(1, 0, 0, "1 bits")]
    [InlineData(8, 0, 1, "interlaced")]
    public void SaysWhichPngsAreNotRead(byte depth, byte colour, byte interlace, string reason)
        => Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => ImageFile.Decode(File(2, 2, depth, colour, interlace, new byte[6]))).Message, StringComparison.Ordinal);

    [Fact]
    public void EveryFlippedBitAndEveryTruncationOfAPngIsFound()
    {
        byte[] file = Png.Encode(Noise(PixelFormat.Rgb, 4, 3));
        for (int length = 0; length < file.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => ImageFile.Decode(file.AsSpan(0, length)));
        }

        for (int bit = 0; bit < 8 * file.Length; bit++)
        {
            byte[] damaged = [.. file];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<InvalidDataException>(() => ImageFile.Decode(damaged));
        }
    }

    [Fact]
    public void PixelsThatEndEarlyAndUnknownFiltersAreFound()
    {
        Assert.Contains("row 1", Assert.Throws<InvalidDataException>(() => ImageFile.Decode(File(2, 2, 8, 0, 0, [0, 1, 2, 0, 3]))).Message, StringComparison.Ordinal);
        Assert.Contains("filter 5", Assert.Throws<InvalidDataException>(() => ImageFile.Decode(File(2, 1, 8, 0, 0, [5, 1, 2]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFilesErrorNamesTheFile()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "notes.txt");
        System.IO.File.WriteAllText(path, "no picture");

        Assert.StartsWith(path + ": ", Assert.Throws<InvalidDataException>(() => ImageFile.Read(path)).Message, StringComparison.Ordinal);
    }

    private static Raster Noise(PixelFormat format, int width, int height)
    {
        var image = new Raster(width, height, format);
        new System.Random(5).NextBytes(image.Bytes);
        return image;
    }

    // A PNG whose rows take the filters that the test asks for.
    private static byte[] Filtered(Raster image, Func<int, int> filterOf)
    {
        int pixel = (int)image.Format;
        var rows = new List<byte>();
        for (int y = 0; y < image.Height; y++)
        {
            int filter = filterOf(y);
            rows.Add((byte)filter);
            for (int i = 0; i < image.Width * pixel; i++)
            {
                int a = i < pixel ? 0 : image.Row(y)[i - pixel];
                int b = y == 0 ? 0 : image.Row(y - 1)[i];
                int c = i < pixel || y == 0 ? 0 : image.Row(y - 1)[i - pixel];
                int p = a + b - c;
                int paeth = new[] { a, b, c }.MinBy(value => Math.Abs(p - value)); // the first of equals
                rows.Add((byte)(image.Row(y)[i] - new[] { 0, a, b, (a + b) / 2, paeth }[filter]));
            }
        }

        return File(image.Width, image.Height, 8, (byte)(pixel == 1 ? 0 : pixel == 3 ? 2 : 6), 0, [.. rows]);
    }

    private static byte[] File(int width, int height, byte depth, byte colour, byte interlace, byte[] rows)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, colour, interlace);
        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(rows);
        }

        return [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', .. Chunk("IHDR", header), .. Chunk("tEXt", [1, 2]), .. Chunk("IDAT", pixels.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        byte[] length = new byte[4], checksum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc(body));
        return [.. length, .. body, .. checksum];
    }

    private static uint Crc(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
            }
        }

        return ~crc;
    }
}
