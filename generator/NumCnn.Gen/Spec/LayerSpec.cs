namespace NumCnn.Gen.Spec;

/// <summary>One layer: its kind, its name, what it reads, and its options.</summary>
internal sealed record LayerSpec
{
    /// <summary>The input that stands for the network's own.</summary>
    public const int NetworkInput = -1;

    /// <summary>The key in the file, which is a kind of the catalogue.</summary>
    public required string Kind { get; init; }

    /// <summary>Unique in the network; the prefix of its parameters' names.</summary>
    public required string Name { get; init; }

    /// <summary>Producers as indices into the network's layers; <see cref="NetworkInput"/> is the network's input.</summary>
    public required EquatableArray<int> Inputs { get; init; }

    /// <summary>The layer's own options, all defaults filled in.</summary>
    public required LayerOptions Options { get; init; }

    public bool Frozen { get; init; }

    public bool Keep { get; init; }

    /// <summary>Null: as the network says.</summary>
    public UnrollMode? Unroll { get; init; }

    /// <summary>Null: PyTorch's default for the layer.</summary>
    public InitSpec? Init { get; init; }

    public LiteralSpec? Weight { get; init; }

    public LiteralSpec? Bias { get; init; }
}
