using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>How many values a layer reads.</summary>
internal enum Arity
{
    One,

    /// <summary>Two or more, all named by <c>from:</c>.</summary>
    Many,
}

/// <summary>The parameters that a layer may have; they decide which of the common keys it takes.</summary>
[Flags]
internal enum LayerParameters
{
    None = 0,
    Weight = 1,
    Bias = 2,

    /// <summary>The weight has a fan-in, so <c>init:</c> applies.</summary>
    Fan = 4,
}

/// <summary>A kind of layer: what the file calls it and which options it takes.</summary>
internal abstract class Layer
{
    /// <summary>The key in the file: torch.nn's name in snake_case.</summary>
    public abstract string Kind { get; }

    /// <summary>What an unnamed layer is called, before its number.</summary>
    public virtual string NamePrefix => Kind.EndsWith("1d", StringComparison.Ordinal) || Kind.EndsWith("2d", StringComparison.Ordinal)
        ? Kind.Substring(0, Kind.Length - 2)
        : Kind;

    /// <summary>One sentence for the reference page and for editors.</summary>
    public abstract string Summary { get; }

    /// <summary>The option table. The first one is what a lone scalar or list sets.</summary>
    public virtual EquatableArray<Option> Options => default;

    public virtual Arity Arity => Arity.One;

    public virtual LayerParameters Parameters => LayerParameters.None;

    /// <summary>Checks shapes and adds the layer's nodes and parameters to the graph.</summary>
    /// <returns>The output; null where something does not fit, which the scope has been told.</returns>
    public abstract Value? Build(LayerScope scope);

    /// <summary>Applies an element-wise node to a flattened image before it is flattened, so that it need not be copied.</summary>
    protected static Value BeforeFlattening(LayerScope scope, Value input, Func<Value, Node> create)
        => input.Unflattened is { } image && !input.Keep
            ? Rearranging.Flatten(scope, scope.Name + ".flatten", scope.Add(create(image)))
            : scope.Add(create(input));
}
