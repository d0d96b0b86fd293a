using System.Text;

namespace NumCnn.Samples.Shared.Images;

/// <summary>Reads pictures: PNG with 8-bit grey, RGB or RGBA, and Netpbm's PGM and PPM, plain or binary.</summary>
public static class ImageFile
{
    /// <summary>More pixels than any picture here needs; a damaged header must not ask for all memory.</summary>
    internal const long LargestPixelCount = 1L << 26;

    /// <summary>Reads a file; its content says which format it is, not its name.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no such picture, or it is damaged; the message names the file and the reason.</exception>
    public static Raster Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        try
        {
            return Decode(bytes);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="InvalidDataException">They are no such picture, or it is damaged.</exception>
    public static Raster Decode(ReadOnlySpan<byte> file)
    {
        if (PngReader.IsPng(file))
        {
            return PngReader.Decode(file);
        }

        return NetpbmReader.IsNetpbm(file)
            ? NetpbmReader.Decode(file)
            : throw new InvalidDataException("this is neither a PNG, nor a PGM (P2, P5), nor a PPM (P3, P6).");
    }

    /// <summary>Writes a grey picture as PGM, an RGB one as PPM: the simplest files that other programs read.</summary>
    /// <exception cref="ArgumentException">The picture has opacity, which these formats have not.</exception>
    public static void WriteNetpbm(Raster image, string path)
    {
        if (image.Format == PixelFormat.Rgba)
        {
            throw new ArgumentException("PGM and PPM have no opacity.", nameof(image));
        }

        using FileStream file = File.Create(path);
        file.Write(Encoding.ASCII.GetBytes($"{(image.Format == PixelFormat.Gray ? "P5" : "P6")}\n{image.Width} {image.Height}\n255\n"));
        file.Write(image.Bytes);
    }

    internal static Raster Create(long width, long height, PixelFormat format)
    {
        if (width <= 0 || height <= 0)
        {
            throw new InvalidDataException($"a picture of {width}×{height} pixels has none.");
        }

        return width <= LargestPixelCount && height <= LargestPixelCount && width * height <= LargestPixelCount
            ? new Raster((int)width, (int)height, format)
            : throw new InvalidDataException($"{width}×{height} pixels are too many; at most {LargestPixelCount} are read.");
    }
}
