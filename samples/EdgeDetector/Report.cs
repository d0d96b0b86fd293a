using NumCnn;
using NumCnn.Samples.Articles;
using NumCnn.Samples.Shared.Html;
using NumCnn.Samples.Shared.Images;

namespace Samples.EdgeDetector;

/// <summary>The page: the picture, then every stage's feature maps.</summary>
internal static class Report
{
    public static void Write(string path, Raster picture, EdgeNetwork network, SampleResult result)
    {
        var page = new ReportPage("Edges, layer by layer", "A picture goes through three blocks of convolution, ReLU and max pooling.", ResultSections.Tiles(result));
        page.Section("The picture", $"{EdgeNetwork.InputShape[1]} rows and {EdgeNetwork.InputShape[2]} columns, in grey: the network's input.", html =>
        {
            using (html.Element("div", ("class", "sheet photo")))
            {
                ValuePicture.Figure(html, GrayImage.Of(picture).ToRaster(), "the input");
            }
        });
        Block(page, "Block 1: two edge filters", "The filters of network.yaml: the left one answers where it grows lighter from left to right, the right one from bottom to top.", network.Edges.Output, network.Relu1.Output, network.Pool1.Output);
        Block(page, "Block 2: three random filters", "5×5 over both maps. All random weights are positive, so these filters blur and nothing is below zero for the ReLU to cut.", network.Bank2.Output, network.Relu2.Output, network.Pool2.Output);
        Block(page, "Block 3: one random filter", "7×7 over three maps.", network.Bank3.Output, network.Relu3.Output, network.Pool3.Output);
        ResultSections.Add(page, result);
        page.Save(path);
    }

    private static void Block(ReportPage page, string heading, string explanation, params (string Stage, KeptValue<float> Maps)[] stages)
        => page.Section(heading, explanation + " Every map is drawn from its smallest value, black, to its largest, white.", html =>
        {
            foreach ((string stage, KeptValue<float> maps) in stages)
            {
                html.Text("h3", $"{stage}: {string.Join('×', maps.Shape.ToArray())}");
                using (html.Element("div", ("class", "sheet photo")))
                {
                    Figures(html, maps, stage);
                }
            }
        });

    private static void Block(ReportPage page, string heading, string explanation, KeptValue<float> convolution, KeptValue<float> relu, KeptValue<float> pool)
        => Block(page, heading, explanation, ("convolution", convolution), ("ReLU", relu), ("max pooling", pool));

    private static void Figures(MarkupWriter html, KeptValue<float> maps, string stage)
    {
        float[] values = Maps.Of(maps);
        int area = maps.Shape[1] * maps.Shape[2];
        for (int map = 0; map < maps.Shape[0]; map++)
        {
            ReadOnlySpan<float> one = values.AsSpan(map * area, area);
            float smallest = float.MaxValue, largest = float.MinValue;
            foreach (float value in one)
            {
                (smallest, largest) = (Math.Min(smallest, value), Math.Max(largest, value));
            }

            ValuePicture.Figure(html, ValuePicture.Gray(one, maps.Shape[2]), $"{stage}, map {map + 1}: {smallest:0.##} to {largest:0.##}");
        }
    }
}
