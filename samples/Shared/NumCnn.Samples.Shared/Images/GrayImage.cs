namespace NumCnn.Samples.Shared.Images;

/// <summary>Brightness from 0, black, to 1, white: rows from the top, pixels from the left.</summary>
public sealed class GrayImage
{
    /// <summary>An image of given values.</summary>
    /// <exception cref="ArgumentException">Their number is not width × height.</exception>
    public GrayImage(int width, int height, double[] values)
    {
        if (values.Length != width * height)
        {
            throw new ArgumentException($"{width}×{height} pixels are not {values.Length} values.", nameof(values));
        }

        (Width, Height, Values) = (width, height, values);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Height × Width values.</summary>
    public double[] Values { get; }

    /// <summary>The brightness of a picture: 0.2125 red + 0.7154 green + 0.0721 blue, as scikit-image weighs them; what is transparent lies on white.</summary>
    public static GrayImage Of(Raster image)
    {
        double[] values = new double[image.Width * image.Height];
        int channels = (int)image.Format;
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> pixel = image.Bytes.AsSpan(i * channels, channels);
            double light = channels == 1 ? pixel[0] / 255.0 : (0.2125 * (pixel[0] / 255.0)) + (0.7154 * (pixel[1] / 255.0)) + (0.0721 * (pixel[2] / 255.0));
            double opacity = image.Format == PixelFormat.Rgba ? pixel[3] / 255.0 : 1;
            values[i] = (light * opacity) + (1 - opacity);
        }

        return new GrayImage(image.Width, image.Height, values);
    }

    /// <summary>The same picture in another size: scaled until it covers the size, and cut evenly at the sides that stand out.</summary>
    public GrayImage Cover(int width, int height)
    {
        if (width == Width && height == Height)
        {
            return this;
        }

        double scale = Math.Min((double)Width / width, (double)Height / height); // source pixels a new pixel
        double left = (Width - (scale * width)) / 2, top = (Height - (scale * height)) / 2;
        double[] columns = new double[Height * width];
        for (int y = 0; y < Height; y++)
        {
            Resample(Values.AsSpan(y * Width, Width), left, scale, columns.AsSpan(y * width, width));
        }

        double[] values = new double[width * height];
        double[] source = new double[Height], target = new double[height];
        for (int x = 0; x < width; x++)
        {
            for (int y = 0; y < Height; y++)
            {
                source[y] = columns[(y * width) + x];
            }

            Resample(source, top, scale, target);
            for (int y = 0; y < height; y++)
            {
                values[(y * width) + x] = target[y];
            }
        }

        return new GrayImage(width, height, values);
    }

    /// <summary>The brightness in 256 steps.</summary>
    public Raster ToRaster()
    {
        var image = new Raster(Width, Height);
        for (int i = 0; i < Values.Length; i++)
        {
            image.Bytes[i] = (byte)Math.Round(255 * Math.Clamp(Values[i], 0, 1));
        }

        return image;
    }

    // Each new pixel is the mean of the stretch of old ones that it covers.
    private static void Resample(ReadOnlySpan<double> source, double start, double scale, Span<double> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            double from = Math.Max(0, start + (i * scale)), to = Math.Min(source.Length, start + ((i + 1) * scale));
            double sum = 0;
            for (int k = (int)from; k < source.Length && k < to; k++)
            {
                sum += source[k] * (Math.Min(k + 1, to) - Math.Max(k, from));
            }

            target[i] = sum / (to - from);
        }
    }
}
