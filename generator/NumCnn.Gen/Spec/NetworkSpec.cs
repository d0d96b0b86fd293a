namespace NumCnn.Gen.Spec;

/// <summary>
/// A network as its file describes it, with every default filled in and every reference resolved.
/// It holds no position in the file, so that an edit which only moves lines changes nothing downstream.
/// </summary>
internal sealed record NetworkSpec
{
    /// <summary>The class's name.</summary>
    public required string Name { get; init; }

    /// <summary>The class's namespace; empty for the global one.</summary>
    public required string Namespace { get; init; }

    public required bool Public { get; init; }

    public required DType DType { get; init; }

    /// <summary>[channels, rows, columns] or [features].</summary>
    public required EquatableArray<int> Input { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>In topological order: a layer's inputs precede it. The last one is the network's output.</summary>
    public required EquatableArray<LayerSpec> Layers { get; init; }

    public LossSpec? Loss { get; init; }

    public UnrollMode Unroll { get; init; }

    /// <summary>False: only Predict is generated.</summary>
    public bool Backward { get; init; } = true;

    /// <summary>Every layer's output is materialised.</summary>
    public bool KeepAll { get; init; }

    /// <summary>True: <c>winograd: auto</c>.</summary>
    public bool Winograd { get; init; }
}

internal enum DType
{
    Float32,
    Float64,
}

internal enum UnrollMode
{
    Auto,
    Full,
    None,
}

/// <summary>The loss and its options, all defaults filled in.</summary>
internal sealed record LossSpec(string Kind, LayerOptions Options);

/// <summary>An initialiser of a layer's weight and its options, all defaults filled in.</summary>
internal sealed record InitSpec(string Kind, LayerOptions Options);

/// <summary>Values written in the file, in PyTorch's order, with the shape of their nested lists.</summary>
internal sealed record LiteralSpec(EquatableArray<int> Shape, EquatableArray<double> Values);
