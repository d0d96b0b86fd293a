namespace NumCnn.Samples.Shared.Images;

/// <summary>How many bytes a pixel has, and what they mean; the value is the number of bytes.</summary>
public enum PixelFormat
{
    /// <summary>One byte: 0 is black, 255 is white.</summary>
    Gray = 1,

    /// <summary>Red, green, blue.</summary>
    Rgb = 3,

    /// <summary>Red, green, blue and opacity, not premultiplied.</summary>
    Rgba = 4,
}

/// <summary>An image of 8-bit channels: rows from the top, pixels from the left, channels interleaved.</summary>
public sealed class Raster
{
    /// <summary>A black image, and a transparent one where the format has opacity.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    public Raster(int width, int height, PixelFormat format = PixelFormat.Gray)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        Width = width;
        Height = height;
        Format = format;
        Bytes = new byte[checked(width * height * (int)format)];
    }

    public int Width { get; }

    public int Height { get; }

    public PixelFormat Format { get; }

    /// <summary>Width × Height × channels bytes.</summary>
    public byte[] Bytes { get; }

    /// <summary>The channels of one pixel.</summary>
    public Span<byte> Pixel(int x, int y) => Row(y).Slice(x * (int)Format, (int)Format);

    /// <summary>The bytes of one row.</summary>
    public Span<byte> Row(int y) => Bytes.AsSpan(y * Width * (int)Format, Width * (int)Format);

    /// <summary>Copies an image of the same format into this one, its top left corner at (x, y).</summary>
    /// <exception cref="ArgumentException">The formats differ.</exception>
    public void Draw(Raster image, int x, int y)
    {
        if (image.Format != Format)
        {
            throw new ArgumentException($"A {image.Format} image cannot be drawn onto a {Format} one.", nameof(image));
        }

        for (int row = 0; row < image.Height; row++)
        {
            image.Row(row).CopyTo(Row(y + row)[(x * (int)Format)..]);
        }
    }
}
