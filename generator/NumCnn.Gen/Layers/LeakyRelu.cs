using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>x where it is positive, negative_slope · x elsewhere.</summary>
internal sealed class LeakyRelu : ActivationLayer
{
    public override string Kind => "leaky_relu";

    public override string Summary => "x where it is positive, negative_slope · x elsewhere.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Number("negative_slope", "Slope for negative values.", 0.01),
    ];

    protected override ActivationFunction Function(LayerScope scope) => Activations.LeakyRelu(scope.Options.Number("negative_slope"));
}
