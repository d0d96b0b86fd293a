using System.Globalization;
using System.Numerics;

namespace NumCnn.Onnx.Layers;

/// <summary>One layer while it is translated: what it reads, its options, its parameters, and the nodes it adds.</summary>
internal sealed class LayerScope<T>(GraphBuilder<T> graph, ParameterSet<T> parameters, LayerInfo layer, IReadOnlyList<string> inputs, string output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, string> _options = new(layer.Options, StringComparer.Ordinal);

    public GraphBuilder<T> Graph => graph;

    public LayerInfo Layer => layer;

    public IReadOnlyList<string> Inputs => inputs;

    /// <summary>The only input, or the first.</summary>
    public string Input => inputs[0];

    public string Output => output;

    public IReadOnlyList<int> InputShape => layer.InputShape;

    public IReadOnlyList<int> OutputShape => layer.OutputShape;

    public int Int(string option) => int.Parse(Text(option), CultureInfo.InvariantCulture);

    public double Number(string option) => double.Parse(Text(option), CultureInfo.InvariantCulture);

    public bool Flag(string option) => bool.Parse(Text(option));

    public string Text(string option) => _options.TryGetValue(option, out string? value)
        ? value
        : throw new NotSupportedException($"Layer '{layer.Name}' ({layer.Kind}) does not tell its option '{option}'.");

    /// <summary>Rows and columns, written as [2, 3] or as 2 for both.</summary>
    public (int Rows, int Columns) Pair(string option)
    {
        int[] values = Numbers(Text(option));
        return values.Length == 1 ? (values[0], values[0]) : (values[0], values[1]);
    }

    /// <summary>The border's sides, with same and valid resolved.</summary>
    public Border Border(string option, (int Rows, int Columns) kernel, (int Rows, int Columns) stride, (int Rows, int Columns) dilation)
    {
        switch (Text(option))
        {
            case "valid":
                return default;
            case "same":
                var (top, bottom) = Same(InputShape[1], kernel.Rows, stride.Rows, dilation.Rows);
                var (left, right) = Same(InputShape[2], kernel.Columns, stride.Columns, dilation.Columns);
                return new(top, left, bottom, right);
            default:
                return Border(option);
        }
    }

    /// <summary>The border's sides, written as n, [rows, columns] or [top, left, bottom, right].</summary>
    public Border Border(string option)
    {
        int[] sides = Numbers(Text(option));
        return sides.Length switch
        {
            1 => new(sides[0], sides[0], sides[0], sides[0]),
            2 => new(sides[0], sides[1], sides[0], sides[1]),
            _ => new(sides[0], sides[1], sides[2], sides[3]),
        };
    }

    /// <summary>Adds a node from the layer's inputs to its output.</summary>
    public void Emit(string operation, params ReadOnlySpan<OnnxAttribute> attributes) => EmitFrom(operation, inputs, attributes);

    /// <summary>Adds a node from the given values to the layer's output.</summary>
    public void EmitFrom(string operation, IEnumerable<string> from, params ReadOnlySpan<OnnxAttribute> attributes) => graph.Node(operation, layer.Name, from, output, attributes);

    /// <summary>Adds a node of an intermediate value, which is returned.</summary>
    public string Step(string operation, string name, IEnumerable<string> from, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        string value = Inner(name);
        graph.Node(operation, value, from, value, attributes);
        return value;
    }

    /// <summary>A constant of one element.</summary>
    public string Scalar(string name, double value) => graph.Tensor(Inner(name), [], [T.CreateTruncating(value)]);

    public string Constant(string name, ReadOnlySpan<int> shape, T[] values) => graph.Tensor(Inner(name), shape, values);

    public string Filled(string name, ReadOnlySpan<int> shape, double value)
    {
        int length = 1;
        foreach (int size in shape)
        {
            length *= size;
        }

        var values = new T[length];
        Array.Fill(values, T.CreateTruncating(value));
        return Constant(name, shape, values);
    }

    public string Integers(string name, params ReadOnlySpan<long> values) => graph.Integers(Inner(name), values);

    public string Singles(string name, params ReadOnlySpan<float> values) => graph.Singles(Inner(name), values);

    /// <summary>True if the layer has a parameter of this name: weight, bias, ….</summary>
    public bool Has(string name) => parameters.TryGet($"{layer.Name}.{name}", out _);

    /// <summary>Adds a parameter under its own name, in PyTorch's order of elements.</summary>
    /// <param name="name">weight, bias, ….</param>
    /// <param name="shape">The shape to give it; left out, its own.</param>
    /// <returns>The name of the tensor.</returns>
    public string Parameter(string name, params ReadOnlySpan<int> shape)
    {
        var parameter = parameters[$"{layer.Name}.{name}"];
        var values = new T[parameter.Length];
        parameter.CopyTo(values);
        return graph.Tensor(parameter.Name, shape.IsEmpty ? parameter.Shape : shape, values);
    }

    private string Inner(string name) => $"{layer.Name}/{name}";

    private static int[] Numbers(string text) => [.. text.Trim('[', ']').Split(',').Select(static part => int.Parse(part, CultureInfo.InvariantCulture))];

    /// <summary>TensorFlow's rule: as many windows as strides begin in the input, the odd row or column at the end.</summary>
    private static (int Before, int After) Same(int size, int kernel, int stride, int dilation)
    {
        int windows = (size + stride - 1) / stride;
        int total = Math.Max(0, ((windows - 1) * stride) + ((kernel - 1) * dilation) + 1 - size);
        return (total / 2, total - (total / 2));
    }
}

/// <summary>Rows and columns around an image.</summary>
internal readonly record struct Border(int Top, int Left, int Bottom, int Right)
{
    public bool IsEmpty => this == default;

    /// <summary>As an attribute of convolutions and pools: starts, then ends.</summary>
    public OnnxAttribute Attribute => OnnxAttribute.List("pads", Top, Left, Bottom, Right);
}
