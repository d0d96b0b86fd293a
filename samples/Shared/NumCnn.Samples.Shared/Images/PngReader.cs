using System.Buffers.Binary;
using System.IO.Compression;

namespace NumCnn.Samples.Shared.Images;

/// <summary>Reads PNG (ISO/IEC 15948): 8-bit grey, RGB or RGBA, not interlaced. Checksums are verified.</summary>
internal static class PngReader
{
    public static bool IsPng(ReadOnlySpan<byte> file) => file.StartsWith(Png.Signature);

    public static Raster Decode(ReadOnlySpan<byte> file)
    {
        Raster? image = null;
        using var compressed = new MemoryStream();
        int at = Png.Signature.Length;
        while (true)
        {
            ReadOnlySpan<byte> data = Chunk(file, ref at, out uint type);
            if (image is null && type != IHDR)
            {
                throw new InvalidDataException("the PNG does not begin with its header, IHDR.");
            }

            switch (type)
            {
                case IHDR when image is null:
                    image = Header(data);
                    break;
                case IHDR:
                    throw new InvalidDataException("the PNG has two headers, IHDR.");
                case IDAT:
                    compressed.Write(data);
                    break;
                case IEND:
                    compressed.Position = 0;
                    Unpack(compressed, image!);
                    return image!;
                case var unknown when (unknown & 0x2000_0000) == 0: // an upper-case first letter: needed to show the picture
                    throw new InvalidDataException($"the PNG's chunk {Name(unknown)} is not supported.");
            }
        }
    }

    private const uint IHDR = 0x49484452, IDAT = 0x49444154, IEND = 0x49454E44;

    private static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> file, ref int at, out uint type)
    {
        if (file.Length - at < 12)
        {
            throw new InvalidDataException("the PNG ends before its last chunk, IEND.");
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
        type = BinaryPrimitives.ReadUInt32BigEndian(file[(at + 4)..]);
        if (length > file.Length - at - 12)
        {
            throw new InvalidDataException($"the PNG's chunk {Name(type)} has {length} bytes, but the file ends before.");
        }

        ReadOnlySpan<byte> data = file.Slice(at + 8, (int)length);
        uint checksum = BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + (int)length)..]);
        if (checksum != Png.Checksum(file.Slice(at + 4, 4), data))
        {
            throw new InvalidDataException($"the PNG's chunk {Name(type)} is damaged: its checksum differs.");
        }

        at += 12 + (int)length;
        return data;
    }

    private static Raster Header(ReadOnlySpan<byte> data)
    {
        if (data.Length != 13)
        {
            throw new InvalidDataException($"the PNG's header has {data.Length} bytes instead of 13.");
        }

        (byte depth, byte colour, byte interlace) = (data[8], data[9], data[12]);
        PixelFormat format = colour switch
        {
            0 => PixelFormat.Gray,
            2 => PixelFormat.Rgb,
            6 => PixelFormat.Rgba,
            3 => throw new InvalidDataException("the PNG has a palette; 8-bit grey, RGB and RGBA are read."),
            4 => throw new InvalidDataException("the PNG is grey with opacity; 8-bit grey, RGB and RGBA are read."),
            _ => throw new InvalidDataException($"the PNG's colour type {colour} does not exist."),
        };
        if (depth != 8)
        {
            throw new InvalidDataException($"the PNG has {depth} bits a channel; 8 are read.");
        }

        if (interlace != 0)
        {
            throw new InvalidDataException("the PNG is interlaced; save it without interlacing.");
        }

        return ImageFile.Create(BinaryPrimitives.ReadUInt32BigEndian(data), BinaryPrimitives.ReadUInt32BigEndian(data[4..]), format);
    }

    private static void Unpack(MemoryStream compressed, Raster image)
    {
        using var zlib = new ZLibStream(compressed, CompressionMode.Decompress);
        ReadOnlySpan<byte> above = new byte[image.Row(0).Length];
        for (int y = 0; y < image.Height; y++)
        {
            Span<byte> row = image.Row(y);
            int filter;
            try
            {
                filter = zlib.ReadByte();
                zlib.ReadExactly(row);
            }
            catch (EndOfStreamException e)
            {
                throw new InvalidDataException($"the PNG's pixels end in row {y} of {image.Height}.", e);
            }

            Restore(filter, row, above, (int)image.Format);
            above = row;
        }
    }

    // A row holds differences to what its filter predicts from the pixels to the left, above, and above to the left.
    private static void Restore(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixel)
    {
        for (int i = 0; i < row.Length; i++)
        {
            int left = i < pixel ? 0 : row[i - pixel];
            int corner = i < pixel ? 0 : above[i - pixel];
            row[i] += (byte)(filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                4 => Paeth(left, above[i], corner),
                _ => throw new InvalidDataException($"the PNG's row filter {filter} does not exist."),
            });
        }
    }

    private static int Paeth(int left, int above, int corner)
    {
        int estimate = left + above - corner;
        int toLeft = Math.Abs(estimate - left), toAbove = Math.Abs(estimate - above), toCorner = Math.Abs(estimate - corner);
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }

    private static string Name(uint type) => string.Concat(new[] { 24, 16, 8, 0 }.Select(shift => (char)((type >> shift) & 0x7F) is var letter && char.IsAsciiLetter(letter) ? letter : '?'));
}
