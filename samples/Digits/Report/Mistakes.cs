using NumCnn.Samples.Shared.Html;
using Samples.Digits.Data;
using Samples.Digits.Training;
using static NumCnn.Samples.Shared.Html.MarkupWriter;

namespace Samples.Digits.Report;

/// <summary>The images that were read wrongly, the surest answers first.</summary>
internal static class Mistakes
{
    private const int Shown = 24;

    public static void Write(MarkupWriter html, Readings readings, DigitSet set)
    {
        Reading[] worst = [.. readings.All.Where(r => r.Answer != r.Truth).OrderByDescending(r => r.Confidence).Take(Shown)];
        if (worst.Length == 0)
        {
            html.Text("p", "There are none: every image was read correctly.");
            return;
        }

        using (html.Element("div", ("class", "pictures")))
        {
            foreach (Reading reading in worst)
            {
                using (html.Element("figure"))
                {
                    Pictures.Digit(html, set.Image(reading.Index), $"image {reading.Index}: {reading.Truth}, read as {reading.Answer}");
                    using (html.Element("figcaption"))
                    {
                        html.Text("strong", $"{reading.Truth} read as {reading.Answer}");
                        html.Text("div", $"{Percent(reading.Confidence, 0)} sure");
                        html.Text("div", $"{Percent(reading.TruthProbability, 0)} for {reading.Truth}");
                    }
                }
            }
        }
    }
}
