using System.Globalization;
using NumCnn.Gen.Graph;

namespace NumCnn.Gen.Emit;

/// <summary>The network's table, as the class's documentation shows it.</summary>
internal static class LayerTable
{
    public static IEnumerable<string> Rows(IReadOnlyList<LayerSummary> layers)
    {
        int name = layers.Max(static layer => layer.Name.Length);
        int description = layers.Max(static layer => layer.Description.Length);
        int shapes = layers.Max(static layer => Shapes(layer).Length);
        foreach (var layer in layers)
        {
            string row = $"{layer.Name.PadRight(name)}  {layer.Description.PadRight(description)}  {Shapes(layer).PadRight(shapes)}";
            if (layer.FusedInto is not null)
            {
                row += $"  fused into {layer.FusedInto}";
            }
            else if (layer.ParameterCount > 0 || layer.MultiplyAdds > 0)
            {
                row += $"  {layer.ParameterCount.ToString("N0", CultureInfo.InvariantCulture)} parameters, {layer.MultiplyAdds.ToString("N0", CultureInfo.InvariantCulture)} multiply-adds";
            }

            yield return row.TrimEnd();
        }
    }

    private static string Shapes(LayerSummary layer) => $"{layer.Input} → {layer.Output}";
}
