using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace NumCnn.Conformance.Naive;

/// <summary>A layer's options as the file gives them, with PyTorch's defaults given by who asks.</summary>
internal sealed class NaiveOptions
{
    // What a lone scalar or list sets.
    private static readonly Dictionary<string, string> Primary = new(StringComparer.Ordinal)
    {
        ["conv2d"] = "out_channels",
        ["conv_transpose2d"] = "out_channels",
        ["linear"] = "out_features",
        ["max_pool2d"] = "kernel_size",
        ["avg_pool2d"] = "kernel_size",
        ["adaptive_avg_pool2d"] = "output_size",
        ["group_norm"] = "num_groups",
        ["dropout"] = "p",
        ["leaky_relu"] = "negative_slope",
        ["elu"] = "alpha",
        ["gelu"] = "approximate",
        ["softplus"] = "beta",
        ["prelu"] = "num_parameters",
        ["reshape"] = "shape",
        ["upsample"] = "scale_factor",
        ["pixel_shuffle"] = "upscale_factor",
        ["pad2d"] = "padding",
    };

    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);

    /// <summary>Reads an entry: a word, or a map with one key whose value is nothing, a scalar, a list or a map of options.</summary>
    public NaiveOptions(YamlNode entry)
    {
        if (entry is YamlScalarNode word)
        {
            Kind = word.Value!;
            return;
        }

        (YamlNode key, YamlNode value) = ((YamlMappingNode)entry).Children.Single();
        Kind = ((YamlScalarNode)key).Value!;
        if (value is YamlMappingNode map)
        {
            foreach ((YamlNode name, YamlNode option) in map.Children)
            {
                _values.Add(((YamlScalarNode)name).Value!, option);
            }
        }
        else if (value is not YamlScalarNode { Value: "" })
        {
            _values.Add(Primary[Kind], value);
        }
    }

    public string Kind { get; }

    public string? Text(string name) => _values.TryGetValue(name, out YamlNode? node) ? ((YamlScalarNode)node).Value : null;

    public bool Flag(string name, bool defaultValue) => _values.TryGetValue(name, out YamlNode? node) && node is YamlScalarNode scalar
        ? bool.Parse(scalar.Value!)
        : defaultValue;

    public double Number(string name, double defaultValue) => Text(name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : defaultValue;

    public int Int(string name) => (int)Number(name, double.NaN);

    public int Int(string name, int defaultValue) => (int)Number(name, defaultValue);

    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>A scalar or a list, as a list.</summary>
    public string[] Texts(string name) => !_values.TryGetValue(name, out YamlNode? node) ? []
        : node is YamlSequenceNode list ? [.. list.Children.Select(static item => ((YamlScalarNode)item).Value!)]
        : [((YamlScalarNode)node).Value!];

    public int[] Ints(string name) => [.. Texts(name).Select(static text => int.Parse(text, CultureInfo.InvariantCulture))];

    /// <summary>Rows and columns; one number means both.</summary>
    public (int H, int W) Pair(string name, int defaultValue) => Pair(name, (defaultValue, defaultValue));

    public (int H, int W) Pair(string name, (int H, int W) defaultValue)
    {
        int[] values = Ints(name);
        return values.Length == 0 ? defaultValue : (values[0], values[^1]);
    }

    /// <summary>Top, left, bottom, right. <c>same</c> keeps ceil(size / stride), the odd row and column at the end.</summary>
    public (int Top, int Left, int Bottom, int Right) Padding((int H, int W) size, (int H, int W) kernel, (int H, int W) stride, (int H, int W) dilation)
    {
        switch (Text1("padding"))
        {
            case null or "valid":
                return default;
            case "same":
                int rows = SameTotal(size.H, kernel.H, stride.H, dilation.H), columns = SameTotal(size.W, kernel.W, stride.W, dilation.W);
                return (rows / 2, columns / 2, rows - rows / 2, columns - columns / 2);
            default:
                int[] p = Ints("padding");
                return p.Length == 4 ? (p[0], p[1], p[2], p[3]) : (p[0], p[^1], p[0], p[^1]);
        }
    }

    private string? Text1(string name) => Texts(name).FirstOrDefault();

    private static int SameTotal(int size, int kernel, int stride, int dilation)
        => Math.Max(((size + stride - 1) / stride - 1) * stride + dilation * (kernel - 1) + 1 - size, 0);
}
