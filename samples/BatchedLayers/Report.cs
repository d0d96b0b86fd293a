using NumCnn.Samples.Articles;
using NumCnn.Samples.Shared.Html;

namespace Samples.BatchedLayers;

/// <summary>The page: one image of the batch through each layer, and what a matrix of windows would cost.</summary>
internal static class Report
{
    private const int Rows = 32, Columns = 48, Area = Rows * Columns;

    public static void Write(string path, float[] images, float[] features, float[] pooled, float[] mask, float[] scores, IReadOnlyDictionary<string, double>? numpy, SampleResult result)
    {
        var page = new ReportPage("Layers over a batch", "Eight images of 32×48 pixels and 16 channels through a convolution, a max pooling and a dense layer.", ResultSections.Tiles(result));
        page.Section("Convolution", "The first of the 16 input channels, and the first four of the 32 output channels: 3×3, a border of one zero, bias, ReLU.", html =>
        {
            using (html.Element("div", ("class", "sheet small matrix-cells")))
            {
                ValuePicture.Figure(html, ValuePicture.Gray<float>(images.AsSpan(0, Area), Columns), "input, channel 1");
                for (int map = 0; map < 4; map++)
                {
                    ValuePicture.Figure(html, ValuePicture.Gray<float>(features.AsSpan(map * Area, Area), Columns), $"output, channel {map + 1}");
                }
            }
        });
        page.Section("Max pooling and its mask", "Of each 2×2 pixels the largest stays. The mask, white where that pixel was, is what the backward pass multiplies with.", html =>
        {
            using (html.Element("div", ("class", "sheet small matrix-cells")))
            {
                ValuePicture.Figure(html, ValuePicture.Gray<float>(images.AsSpan(0, Area), Columns), "input");
                ValuePicture.Figure(html, ValuePicture.Gray<float>(mask.AsSpan(0, Area), Columns), "mask of positions");
                ValuePicture.Figure(html, ValuePicture.Gray<float>(pooled.AsSpan(0, Area / 4), Columns / 2), "output");
            }
        });
        page.Section("Dense layer", "A row for each of the eight images, a column for each of the 32 outputs: brighter is larger, and black was cut by the ReLU.", html =>
        {
            using (html.Element("div", ("class", "sheet matrix-cells")))
            {
                ValuePicture.Figure(html, ValuePicture.Gray<float>(scores, 32), "8 × 32 outputs");
            }
        });
        page.Section("A matrix of windows, or none", "To compute the convolution as one matrix product, every window is copied into a row first. The compiled kernel reads the images where they lie.", html =>
            ResultSections.Table(html, ["", "values held", "time"],
            [
                ["the images", MarkupWriter.Count(images.Length), ""],
                ["NumPy: the matrix of windows", MarkupWriter.Count(8 * Area * 9 * 16), Timing.Text(numpy?["building"])],
                ["NumPy: its product with the weights", MarkupWriter.Count(features.Length), Timing.Text(numpy?["product"])],
                ["compiled: convolution, bias and ReLU", MarkupWriter.Count(features.Length), Timing.Text(result.Timings[1].Seconds)],
            ]));
        ResultSections.Add(page, result);
        page.Save(path);
    }
}
