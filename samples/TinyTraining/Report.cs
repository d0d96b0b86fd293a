using NumCnn.Samples.Articles;
using NumCnn.Samples.Shared.Html;

namespace Samples.TinyTraining;

/// <summary>The page: the images, the cost by epoch, outputs and weights before and after.</summary>
internal static class Report
{
    public static void Write(
        string path, double[][] images, double[] targets, IReadOnlyList<double[]> course, double[] start, double[] end,
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
        page.Section("Training", "After every 5th of the first 250 epochs; later little moves. The cost is half the squared error, summed over the four images.", html =>
        {
            double[][] shown = [.. course.Take(250).Where((_, epoch) => (epoch + 1) % 5 == 0)];
            using (html.Element("div", ("class", "charts")))
            {
                new LineChart("Cost", "× 5 epochs", MarkupWriter.Number, new Series("cost", [.. shown.Select(outputs => Cost(outputs, targets))])).Write(html);
                new LineChart(
                    "Outputs", "× 5 epochs", MarkupWriter.Number,
                    new Series("second image, target 0.77", [.. shown.Select(outputs => outputs[1])]),
                    new Series("fourth image, target 1.1", [.. shown.Select(outputs => outputs[3])])).Write(html);
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

    private static double Cost(double[] outputs, double[] targets) => outputs.Zip(targets, (output, target) => 0.5 * (output - target) * (output - target)).Sum();
}
