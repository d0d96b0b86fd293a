using System.Numerics;
using NumCnn.Samples.Shared.Images;

namespace NumCnn.Samples.Shared.Html;

/// <summary>Matrices as pictures inside a page.</summary>
public static class ValuePicture
{
    private static readonly byte[] Positive = [52, 120, 226], Negative = [226, 106, 38];

    /// <summary>Grey levels: <paramref name="darkest"/> black, <paramref name="lightest"/> white, what lies outside cut off.</summary>
    public static Raster Gray<T>(ReadOnlySpan<T> values, int columns, double darkest, double lightest)
        where T : INumber<T>
    {
        var image = new Raster(columns, values.Length / columns);
        double range = lightest > darkest ? lightest - darkest : 1;
        for (int i = 0; i < values.Length; i++)
        {
            image.Bytes[i] = (byte)Math.Round(255 * Math.Clamp((double.CreateTruncating(values[i]) - darkest) / range, 0, 1));
        }

        return image;
    }

    /// <summary>Grey levels from the smallest value to the largest.</summary>
    public static Raster Gray<T>(ReadOnlySpan<T> values, int columns)
        where T : INumber<T>
    {
        double darkest = double.MaxValue, lightest = double.MinValue;
        foreach (T value in values)
        {
            darkest = Math.Min(darkest, double.CreateTruncating(value));
            lightest = Math.Max(lightest, double.CreateTruncating(value));
        }

        return Gray(values, columns, darkest, lightest);
    }

    /// <summary>Blue above zero, orange below it, as opaque as the value is large; <paramref name="largest"/> is opaque.</summary>
    public static Raster Signed<T>(ReadOnlySpan<T> values, int columns, double largest)
        where T : INumber<T>
    {
        var image = new Raster(columns, values.Length / columns, PixelFormat.Rgba);
        for (int i = 0; i < values.Length; i++)
        {
            double value = double.CreateTruncating(values[i]);
            Span<byte> pixel = image.Pixel(i % columns, i / columns);
            (value < 0 ? Negative : Positive).CopyTo(pixel);
            pixel[3] = largest > 0 ? (byte)Math.Round(255 * Math.Min(1, Math.Abs(value) / largest)) : (byte)0;
        }

        return image;
    }

    /// <summary>A picture with a caption, in its own proportions.</summary>
    public static void Figure(MarkupWriter html, Raster image, string caption)
    {
        using (html.Element("figure"))
        {
            html.Void("img", ("alt", caption), ("width", $"{image.Width}"), ("height", $"{image.Height}"), ("src", Png.DataUri(image)));
            html.Text("figcaption", caption);
        }
    }
}
