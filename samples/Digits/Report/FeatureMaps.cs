using System.Numerics.Tensors;
using NumCnn.Samples.Shared.Html;
using Samples.Digits.Data;

namespace Samples.Digits.Report;

/// <summary>The first layer seen on one digit: its filters, and where each of them answers.</summary>
/// <param name="Image">The digit, 28 × 28 bytes.</param>
/// <param name="Label">Which digit it is.</param>
/// <param name="Filters">[filters, rows, columns] one after the other.</param>
/// <param name="FilterSide">Rows and columns of a filter.</param>
/// <param name="Maps">[filters, 28, 28]: the layer's output after its activation.</param>
internal sealed record FeatureMaps(byte[] Image, int Label, float[] Filters, int FilterSide, float[] Maps)
{
    public void Write(MarkupWriter html)
    {
        int area = FilterSide * FilterSide;
        float largestWeight = Math.Abs(TensorPrimitives.MaxMagnitude<float>(Filters));
        float largestValue = Math.Abs(TensorPrimitives.MaxMagnitude<float>(Maps));
        using (html.Element("div", ("class", "maps")))
        {
            using (html.Element("div", ("class", "pictures")))
            using (html.Element("figure"))
            {
                Pictures.Digit(html, Image, $"the digit {Label}");
                html.Text("figcaption", "the input");
            }

            using (html.Element("div", ("class", "pictures")))
            {
                for (int i = 0; i < Filters.Length / area; i++)
                {
                    using (html.Element("figure"))
                    {
                        Pictures.Values(html, Filters.AsSpan(i * area, area), FilterSide, largestWeight, $"weights of filter {i + 1}");
                        Pictures.Values(html, Maps.AsSpan(i * DigitSet.Pixels, DigitSet.Pixels), DigitSet.Side, largestValue, $"feature map {i + 1}");
                        html.Text("figcaption", $"filter {i + 1}");
                    }
                }
            }
        }
    }
}
