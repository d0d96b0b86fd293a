using static NumCnn.Samples.Shared.Html.MarkupWriter;

namespace NumCnn.Samples.Shared.Html;

/// <summary>A line of a chart: a value for each of 1, 2, 3, …; NaN leaves a gap.</summary>
public sealed record Series(string Name, IReadOnlyList<double> Values);

/// <summary>A small line chart over epochs as inline SVG. Colours come from the page's style sheet (s1, s2, …).</summary>
public sealed class LineChart(string title, string xLabel, Func<double, string> format, params Series[] series)
{
    // Narrow on purpose: two stand side by side on a desktop, and on a phone the text is hardly scaled.
    private const double Width = 440, Height = 270, Left = 52, Right = 16, Top = 14, Bottom = 44;

    /// <summary>Writes the chart as a figure with a legend above it.</summary>
    public void Write(MarkupWriter html)
    {
        using (html.Element("figure", ("class", "chart")))
        {
            using (html.Element("figcaption"))
            {
                html.Text("strong", title);
                for (int i = 0; i < series.Length; i++)
                {
                    html.Text("span", series[i].Name, ("class", $"key s{i + 1}"));
                }
            }

            using (html.Element(
                "svg", ("viewBox", $"0 0 {Number(Width)} {Number(Height)}"), ("role", "img"), ("aria-label", title)))
            {
                Draw(html);
            }
        }
    }

    private void Draw(MarkupWriter svg)
    {
        double[] values = [.. series.SelectMany(s => s.Values).Where(double.IsFinite)];
        int count = Math.Max(1, series.Max(s => s.Values.Count));
        Axis y = values.Length == 0 ? new Axis(0, 1, 0.5) : Axis.Covering(values.Min(), values.Max(), 4);

        // Epochs are whole: at most ten labels, the first one included.
        int every = (count + 9) / 10;
        var x = new Axis(count == 1 ? 0 : 1, count == 1 ? 2 : count, every);
        double X(double value) => x.Place(value, Left, Width - Right);
        double Y(double value) => y.Place(value, Height - Bottom, Top);

        foreach (double tick in y.Ticks())
        {
            svg.Shape("line", ("class", "grid"), ("x1", Number(Left)), ("x2", Number(Width - Right)), ("y1", Number(Y(tick))), ("y2", Number(Y(tick))));
            svg.Text("text", format(tick), ("x", Number(Left - 8)), ("y", Number(Y(tick) + 4)), ("text-anchor", "end"));
        }

        for (int epoch = 1; epoch <= count; epoch += every)
        {
            svg.Text("text", Number(epoch), ("x", Number(X(epoch))), ("y", Number(Height - Bottom + 18)), ("text-anchor", "middle"));
        }

        svg.Text("text", xLabel, ("x", Number((Left + Width - Right) / 2)), ("y", Number(Height - 6)), ("text-anchor", "middle"));
        for (int i = 0; i < series.Length; i++)
        {
            using (svg.Element("g", ("class", $"s{i + 1}")))
            {
                DrawSeries(svg, series[i], X, Y);
            }
        }
    }

    private void DrawSeries(MarkupWriter svg, Series line, Func<double, double> x, Func<double, double> y)
    {
        var run = new List<string>();
        for (int i = 0; i <= line.Values.Count; i++)
        {
            if (i < line.Values.Count && double.IsFinite(line.Values[i]))
            {
                run.Add($"{Number(x(i + 1))},{Number(y(line.Values[i]))}");
            }
            else if (run.Count > 0)
            {
                svg.Shape("polyline", ("points", string.Join(' ', run)));
                run.Clear();
            }
        }

        for (int i = 0; i < line.Values.Count; i++)
        {
            if (!double.IsFinite(line.Values[i]))
            {
                continue;
            }

            using (svg.Element("circle", ("cx", Number(x(i + 1))), ("cy", Number(y(line.Values[i]))), ("r", "3.5")))
            {
                svg.Text("title", $"{line.Name}, {xLabel} {i + 1}: {format(line.Values[i])}"); // shown while the pointer rests on it
            }
        }
    }
}
