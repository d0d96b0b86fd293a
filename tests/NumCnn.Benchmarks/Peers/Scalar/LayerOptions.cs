using System.Globalization;

namespace NumCnn.Benchmarks.Peers.Scalar;

/// <summary>A layer's options as numbers.</summary>
internal sealed class LayerOptions(LayerInfo layer)
{
    private readonly Dictionary<string, string> _options = new(layer.Options, StringComparer.Ordinal);

    public LayerInfo Layer => layer;

    public int Int(string name) => int.Parse(_options[name], CultureInfo.InvariantCulture);

    public float Number(string name) => float.Parse(_options[name], CultureInfo.InvariantCulture);

    public (int Rows, int Columns) Pair(string name)
    {
        int[] values = Numbers(_options[name]);
        return (values[0], values[^1]);
    }

    /// <summary>Rows above and columns to the left; what lies below and to the right follows from the output's size.</summary>
    public (int Top, int Left) Border((int Rows, int Columns) kernel, (int Rows, int Columns) stride)
    {
        string text = _options["padding"];
        if (text == "same")
        {
            return (Same(layer.InputShape[1], kernel.Rows, stride.Rows), Same(layer.InputShape[2], kernel.Columns, stride.Columns));
        }

        int[] sides = text == "valid" ? [0] : Numbers(text);
        return (sides[0], sides.Length > 1 ? sides[1] : sides[0]);
    }

    private static int Same(int size, int kernel, int stride) => Math.Max(0, ((((size + stride - 1) / stride) - 1) * stride) + kernel - size) / 2;

    private static int[] Numbers(string text) => [.. text.Trim('[', ']').Split(',').Select(static part => int.Parse(part, CultureInfo.InvariantCulture))];
}
