using NumCnn.Samples.Articles;
using NumCnn.Samples.Shared.Html;

namespace Samples.ConvPoolBackward;

/// <summary>The page: for each layer what goes in and comes out, forward and backward.</summary>
internal static class Report
{
    public static void Write(string path, IReadOnlyList<LayerCase<double>> cases, SampleResult result)
    {
        var page = new ReportPage("Convolution and pooling, there and back", "Eight layers with stride and padding, in float64 and float32, against NumPy and against finite differences.", ResultSections.Tiles(result));
        foreach (LayerCase<double> layer in cases)
        {
            int[] input = [.. layer.Network.Info.InputShape], output = [.. layer.Network.Info.OutputShape];
            page.Section(
                layer.Name,
                $"[{string.Join(", ", input)}] to [{string.Join(", ", output)}]{(layer.IsConvolution ? "" : ", maxima before means")}. One channel of the first sample; blue is above zero, orange below, opaque is 2.",
                html => Figures(html, layer, input, output));
        }

        ResultSections.Add(page, result);
        page.Save(path);
    }

    private static void Figures(MarkupWriter html, LayerCase<double> layer, int[] input, int[] output)
    {
        double[] y = layer.Network.Forward(layer.Input).ToArray();
        using (html.Element("div", ("class", "sheet small matrix-cells")))
        {
            Figure(html, layer.Input, input, 0, "input x");
            if (layer.IsConvolution)
            {
                int[] kernel = layer.Network.Parameters["conv1.weight"].Shape.ToArray();
                Figure(html, y, output, 0, "output y");
                Figure(html, layer.Gradient, output, 0, "gradient dy, given");
                Figure(html, layer.Run(), input, 0, "gradient dx, back");
                Figure(html, layer.Network.Parameters["conv1.weight"].ToArray(), kernel[1..], 0, "weight w");
                Figure(html, layer.Network.Parameters["conv1.weight"].Gradient.ToArray(), kernel[1..], 0, "gradient dw", opaque: 20);
            }
            else
            {
                Figure(html, y, output, 0, "maxima");
                Figure(html, y, output, output[0] / 2, "means");
                Figure(html, layer.Gradient, output, 0, "gradient dy, given");
                Figure(html, layer.Run(ofMeans: false), input, 0, "dx of the maxima");
                Figure(html, layer.Run(ofMaxima: false), input, 0, "dx of the means");
            }
        }
    }

    private static void Figure(MarkupWriter html, double[] values, int[] shape, int channel, string caption, double opaque = 2)
    {
        int area = shape[1] * shape[2];
        string scale = opaque == 2 ? "" : $" (opaque: {opaque})";
        ValuePicture.Figure(html, ValuePicture.Signed<double>(values.AsSpan(channel * area, area), shape[2], opaque), caption + scale);
    }
}
