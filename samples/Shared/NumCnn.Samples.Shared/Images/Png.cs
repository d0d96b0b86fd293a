using System.Buffers.Binary;
using System.IO.Compression;

namespace NumCnn.Samples.Shared.Images;

/// <summary>Writes PNG (ISO/IEC 15948): 8 bits a channel, not interlaced, zlib from the class library. <see cref="ImageFile"/> reads it.</summary>
public static class Png
{
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The image as the bytes of a PNG file.</summary>
    public static byte[] Encode(Raster image)
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR"u8, Header(image));
        WriteChunk(file, "IDAT"u8, Compress(image));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>The image as a <c>data:</c> address, so that a page needs no second file.</summary>
    public static string DataUri(Raster image) => "data:image/png;base64," + Convert.ToBase64String(Encode(image));

    private static byte[] Header(Raster image)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        header[8] = 8; // bits a channel
        header[9] = image.Format switch { PixelFormat.Gray => 0, PixelFormat.Rgb => 2, _ => 6 };
        return header; // the last three bytes stay 0: deflate, the five standard filters, no interlacing
    }

    // Every row is stored as its difference to the row above (filter 2): digits and feature maps are mostly flat.
    private static byte[] Compress(Raster image)
    {
        using var bytes = new MemoryStream();
        using (var zlib = new ZLibStream(bytes, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            byte[] line = new byte[image.Row(0).Length];
            ReadOnlySpan<byte> above = new byte[line.Length];
            for (int y = 0; y < image.Height; y++)
            {
                ReadOnlySpan<byte> row = image.Row(y);
                for (int i = 0; i < line.Length; i++)
                {
                    line[i] = (byte)(row[i] - above[i]);
                }

                zlib.WriteByte(2);
                zlib.Write(line);
                above = row;
            }
        }

        return bytes.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Checksum(type, data));
        file.Write(number);
    }

    /// <summary>A chunk's checksum, over its type and its data.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) => ~Crc(Crc(uint.MaxValue, type), data);

    // CRC-32 of the PNG specification, annex D, bit by bit: the images here are small.
    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }
        }

        return crc;
    }
}
