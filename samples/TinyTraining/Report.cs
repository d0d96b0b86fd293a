using NumCnn.Samples.Articles;
using NumCnn.Samples.Shared.Html;

namespace Samples.TinyTraining;

/// <summary>The page: the images, the cost by epoch, outputs and weights before and after.</summary>
internal static class Report
{
    public static void Write(
        string path, double[][] images, double[] targets, IReadOnlyList<double> course, double[] start, double[] end,
        (double[] Kernel, double[] Dense) before, (double[] Kernel, double[] Dense) after, SampleResult result)
    {
        var page = new ReportPage("Eight weights, four images", "A convolution 2×2, tanh, a dense layer and a sigmoid, trained for a thousand epochs in float64.", ResultSections.Tiles(result));
        page.Section("Images and outputs", "The brighter the image, the larger the target. A target of 1.1 is out of a sigmoid's reach, and an image of zeros gives ½ whatever the weights are.", html =>
        {
            using (html.Element("div", ("class", "sheet small matrix-cells")))
            {
                for (int i = 0; i < images.Length; i++)
                {
                    ValuePicture.Figure(html, ValuePicture.Gray<double>(images[i], 3, 0, 1), $"target {targets[i]:0.00}: {start[i]:0.0000} before, {end[i]:0.0000} after");
                }
            }
        });
        page.Section("Cost", "Half the squared error, summed over the four images, after every 25th epoch.", html =>
        {
            using (html.Element("div", ("class", "charts")))
            {
                double[] values = [.. course.Where((_, epoch) => (epoch + 1) % 25 == 0)];
                new LineChart("Cost", "× 25 epochs", MarkupWriter.Number, new Series("cost", values)).Write(html);
                new LineChart("Cost as a power of ten", "× 25 epochs", value => $"10^{MarkupWriter.Number(value)}", new Series("cost", [.. values.Select(Math.Log10)])).Write(html);
            }
        });
        page.Section("Weights", "Blue is above zero, orange below; opaque is 7. The kernel hardly moves: where tanh is all but ±1, its slope is all but 0.", html =>
        {
            using (html.Element("div", ("class", "sheet small matrix-cells")))
            {
                ValuePicture.Figure(html, ValuePicture.Signed<double>(before.Kernel, 2, 7), "kernel before");
                ValuePicture.Figure(html, ValuePicture.Signed<double>(after.Kernel, 2, 7), "kernel after");
                ValuePicture.Figure(html, ValuePicture.Signed<double>(before.Dense, 2, 7), "dense weights before, as 2×2");
                ValuePicture.Figure(html, ValuePicture.Signed<double>(after.Dense, 2, 7), "dense weights after");
            }
        });
        ResultSections.Add(page, result);
        page.Save(path);
    }
}
