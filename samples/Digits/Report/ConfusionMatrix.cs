using NumCnn.Samples.Shared.Html;
using Samples.Digits.Data;
using static NumCnn.Samples.Shared.Html.MarkupWriter;

namespace Samples.Digits.Report;

/// <summary>Which digits are taken for which: a row for what an image shows, a column for what the network answered.</summary>
internal static class ConfusionMatrix
{
    public static void Write(MarkupWriter html, int[,] counts)
    {
        int worst = 3; // a single mistake is no deep orange
        for (int truth = 0; truth < DigitSet.Classes; truth++)
        {
            for (int answer = 0; answer < DigitSet.Classes; answer++)
            {
                worst = truth == answer ? worst : Math.Max(worst, counts[truth, answer]);
            }
        }

        using (html.Element("div", ("class", "scroll")))
        using (html.Element("table", ("class", "matrix")))
        {
            using (html.Element("tr"))
            {
                html.Text("th", "");
                for (int answer = 0; answer < DigitSet.Classes; answer++)
                {
                    html.Text("th", Number(answer), ("scope", "col"));
                }

                html.Text("th", "found %", ("scope", "col"));
            }

            for (int truth = 0; truth < DigitSet.Classes; truth++)
            {
                WriteRow(html, counts, truth, worst);
            }
        }
    }

    private static void WriteRow(MarkupWriter html, int[,] counts, int truth, int worst)
    {
        int total = Enumerable.Range(0, DigitSet.Classes).Sum(answer => counts[truth, answer]);
        using (html.Element("tr"))
        {
            html.Text("th", Number(truth), ("scope", "row"));
            for (int answer = 0; answer < DigitSet.Classes; answer++)
            {
                int count = counts[truth, answer];
                string title = $"{Count(count)} images of {truth} were read as {answer}";
                if (count == 0)
                {
                    html.Text("td", "·", ("class", "zero"), ("title", title));
                    continue;
                }

                // Right answers by their share of the row, mistakes by the commonest one: both stay visible.
                bool hit = truth == answer;
                double shade = hit ? 0.55 * count / total : 0.2 + (0.5 * count / worst);
                html.Text("td", Number(count), ("class", hit ? "hit" : "miss"), ("style", $"--v: {Number(shade)}"), ("title", title));
            }

            string share = total == 0 ? "–" : (100.0 * counts[truth, truth] / total).ToString("F1");
            html.Text("td", share, ("class", "share"));
        }
    }
}
