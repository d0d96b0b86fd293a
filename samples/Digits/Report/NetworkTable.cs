using NumCnn;
using NumCnn.Samples.Shared.Html;
using static NumCnn.Samples.Shared.Html.MarkupWriter;

namespace Samples.Digits.Report;

/// <summary>The network, a row a layer: as lines for the console and as a table for the report.</summary>
internal static class NetworkTable
{
    private static readonly string[] Heading = ["layer", "what it is", "output", "parameters", "multiply-adds"];

    /// <summary>Aligned columns.</summary>
    public static IEnumerable<string> Lines(NetworkInfo info)
    {
        List<string[]> rows = [Heading, .. info.Layers.Select(Row), Total(info)];
        int[] widths = [.. Enumerable.Range(0, Heading.Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            var cells = row.Select((cell, column) => IsNumber(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            yield return string.Join("   ", cells).TrimEnd();
        }
    }

    /// <summary>A table element with heading and total.</summary>
    public static void Write(MarkupWriter html, NetworkInfo info)
    {
        using (html.Element("div", ("class", "scroll")))
        using (html.Element("table", ("class", "data")))
        {
            using (html.Element("thead"))
            {
                WriteRow(html, "th", Heading, fused: false);
            }

            using (html.Element("tbody"))
            {
                foreach (LayerInfo layer in info.Layers)
                {
                    WriteRow(html, "td", Row(layer), layer.FusedInto is not null);
                }
            }

            using (html.Element("tfoot"))
            {
                WriteRow(html, "td", Total(info), fused: false);
            }
        }
    }

    private static void WriteRow(MarkupWriter html, string element, string[] cells, bool fused)
    {
        using (html.Element("tr"))
        {
            for (int column = 0; column < cells.Length; column++)
            {
                html.Text(element, cells[column], ("class", IsNumber(column) ? "n" : fused && column > 0 ? "dim" : "t"));
            }
        }
    }

    private static string[] Row(LayerInfo layer) =>
    [
        layer.Name,
        layer.FusedInto is null ? layer.Description : $"{layer.Description}, fused into {layer.FusedInto}",
        Shape(layer.OutputShape),
        layer.ParameterCount == 0 ? "" : Count(layer.ParameterCount),
        layer.MultiplyAdds == 0 ? "" : Count(layer.MultiplyAdds),
    ];

    private static string[] Total(NetworkInfo info) =>
        [info.Name, $"{info.DType}, input {Shape(info.InputShape)}", Shape(info.OutputShape), Count(info.ParameterCount), Count(info.MultiplyAdds)];

    private static string Shape(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape)}]";

    private static bool IsNumber(int column) => column >= 3;
}
