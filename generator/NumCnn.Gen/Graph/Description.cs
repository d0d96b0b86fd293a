using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Graph;

/// <summary>A layer in a few words: its kind and the options that the file gives, kernel first, as in "conv2d 5×5, padding 2".</summary>
internal static class Description
{
    public static string Of(LayerSpec layer)
    {
        var words = new List<string>();
        string head = layer.Kind;
        foreach (var option in layer.Options.Entries)
        {
            if (option.Name is "out_channels" or "out_features" or "bias")
            {
                continue;
            }

            if (option is { Name: "kernel_size" or "output_size" or "scale_factor", Value: IntsValue { Values: var sizes } })
            {
                head += FormattableString.Invariant($" {sizes[0]}×{sizes[1]}");
            }
            else if (option.Given)
            {
                words.Add($"{option.Name} {Text(option.Value)}");
            }
        }

        if (layer.Frozen)
        {
            words.Add("frozen");
        }

        return string.Join(", ", words.Prepend(head));
    }

    private static string Text(OptionValue value) => value is IntsValue { Values: { Length: 2 } pair } && pair[0] == pair[1]
        ? pair[0].ToString(System.Globalization.CultureInfo.InvariantCulture)
        : value.ToString();
}
