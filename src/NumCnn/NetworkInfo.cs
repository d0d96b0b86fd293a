namespace NumCnn;

/// <summary>What a compiled network is: for a summary, a report or a plot.</summary>
/// <param name="Name">The class's name.</param>
/// <param name="DType">The element type as the YAML calls it: float32 or float64.</param>
/// <param name="InputShape">A sample's shape, [channels, rows, columns] or [features].</param>
/// <param name="OutputShape">The shape of a sample's output.</param>
/// <param name="Layers">The layers in the order of evaluation.</param>
/// <param name="ParameterCount">The number of scalar parameters, without buffers such as running statistics.</param>
/// <param name="MultiplyAdds">Multiply-adds of one sample's forward pass.</param>
public sealed record NetworkInfo(
    string Name,
    string DType,
    IReadOnlyList<int> InputShape,
    IReadOnlyList<int> OutputShape,
    IReadOnlyList<LayerInfo> Layers,
    long ParameterCount,
    long MultiplyAdds)
{
    /// <summary>Elements of a sample's input.</summary>
    public int InputLength => Product(InputShape);

    /// <summary>Elements of a sample's output.</summary>
    public int OutputLength => Product(OutputShape);

    private static int Product(IReadOnlyList<int> shape)
    {
        int product = 1;
        for (int d = 0; d < shape.Count; d++)
        {
            // By index: an enumerator would be an allocation in every call that checks a length.
            product = checked(product * shape[d]);
        }

        return product;
    }
}

/// <summary>One layer of a <see cref="NetworkInfo"/>.</summary>
/// <param name="Name">The layer's name in the YAML, or the one counted for it.</param>
/// <param name="Kind">The layer's key in the YAML, such as conv2d.</param>
/// <param name="Description">Its kind and options in a few words.</param>
/// <param name="InputShape">A sample's shape before the layer.</param>
/// <param name="OutputShape">A sample's shape after the layer.</param>
/// <param name="ParameterCount">The number of its scalar parameters.</param>
/// <param name="MultiplyAdds">Multiply-adds of one sample's forward pass.</param>
/// <param name="FusedInto">The layer whose kernel computes this one, or null.</param>
/// <param name="Inputs">The layers that it reads, in order; <c>input</c> is the network's own input.</param>
/// <param name="Options">All of its options, defaults filled in, as the YAML would write them.</param>
public sealed record LayerInfo(
    string Name,
    string Kind,
    string Description,
    IReadOnlyList<int> InputShape,
    IReadOnlyList<int> OutputShape,
    long ParameterCount,
    long MultiplyAdds,
    string? FusedInto,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<KeyValuePair<string, string>> Options);
