using NumCnn.Samples.Shared.Html;

namespace NumCnn.Samples.Articles;

/// <summary>The parts that every sample's report ends with: numbers against references, and times.</summary>
public static class ResultSections
{
    /// <summary>The tiles at the top of a report.</summary>
    public static (string Label, string Value)[] Tiles(SampleResult result) =>
    [
        ("numbers compared", result.Passed ? $"all {result.Checks.Count} right" : $"{result.Checks.Count(check => !check.Passed)} of {result.Checks.Count} wrong"),
        ("largest difference", $"{result.LargestDifference:0.0e+00}"),
        ("compiled", Timing.Text(result.Timings[0].Seconds)),
        ("NumPy", Timing.Text(result.Timings[0].NumPySeconds)),
        ("faster", Timing.Times(result.Timings[0].Ratio)),
    ];

    /// <summary>Adds the two sections.</summary>
    public static void Add(ReportPage page, SampleResult result)
    {
        page.Section("Numbers", "Against NumPy's. A difference is the largest of all elements, in units of the largest reference value where that exceeds 1.", html =>
            Table(html, ["compared", "difference", "allowed", ""], result.Checks.Select(check => new[]
            {
                check.What, $"{check.Difference:0.0e+00}", $"{check.Allowed}", check.Passed ? "right" : "wrong",
            })));
        page.Section("Times", "The shortest of several runs on this machine, both sides. Compiled: one thread. NumPy: reference.py, the article's way of computing.", html =>
            Table(html, ["work", "compiled", "NumPy", "ratio"], result.Timings.Select(timing => new[]
            {
                timing.What, Timing.Text(timing.Seconds), Timing.Text(timing.NumPySeconds), Timing.Times(timing.Ratio),
            })));
    }

    /// <summary>A table whose first column is text and whose others are numbers.</summary>
    public static void Table(MarkupWriter html, string[] heading, IEnumerable<string[]> rows)
    {
        using (html.Element("div", ("class", "scroll")))
        using (html.Element("table", ("class", "data")))
        {
            using (html.Element("thead"))
            {
                Row(html, "th", heading);
            }

            using (html.Element("tbody"))
            {
                foreach (string[] row in rows)
                {
                    Row(html, "td", row);
                }
            }
        }
    }

    private static void Row(MarkupWriter html, string element, string[] cells)
    {
        using (html.Element("tr"))
        {
            for (int i = 0; i < cells.Length; i++)
            {
                html.Text(element, cells[i], ("class", i == 0 ? "wrap" : cells[i] == "wrong" ? "n bad" : "n"));
            }
        }
    }
}
