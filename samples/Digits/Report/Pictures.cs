using NumCnn.Samples.Shared.Html;
using NumCnn.Samples.Shared.Images;
using Samples.Digits.Data;

namespace Samples.Digits.Report;

/// <summary>The report's small images: digits as ink on paper, weights and feature maps as two colours over the page.</summary>
internal static class Pictures
{
    private static readonly byte[] Positive = [52, 120, 226], Negative = [226, 106, 38];

    /// <summary>A digit, dark on light; the style sheet turns it round on a dark page.</summary>
    public static void Digit(MarkupWriter html, ReadOnlySpan<byte> image, string alternative)
    {
        var raster = new Raster(DigitSet.Side, DigitSet.Side);
        for (int i = 0; i < image.Length; i++)
        {
            raster.Bytes[i] = (byte)(255 - image[i]);
        }

        html.Void("img", ("class", "ink"), ("alt", alternative), ("src", Png.DataUri(raster)));
    }

    /// <summary>Values as colours: blue above zero, orange below it, as opaque as they are large.</summary>
    /// <param name="html">Where the image goes.</param>
    /// <param name="values">Rows × columns values.</param>
    /// <param name="columns">The width.</param>
    /// <param name="largest">The absolute value that is drawn opaque.</param>
    /// <param name="alternative">What the image shows, in words.</param>
    public static void Values(MarkupWriter html, ReadOnlySpan<float> values, int columns, float largest, string alternative)
    {
        var raster = new Raster(columns, values.Length / columns, PixelFormat.Rgba);
        for (int i = 0; i < values.Length; i++)
        {
            Span<byte> pixel = raster.Pixel(i % columns, i / columns);
            (values[i] < 0 ? Negative : Positive).CopyTo(pixel);
            pixel[3] = largest > 0 ? (byte)Math.Round(255 * Math.Min(1, Math.Abs(values[i]) / largest)) : (byte)0;
        }

        html.Void("img", ("alt", alternative), ("src", Png.DataUri(raster)));
    }
}
