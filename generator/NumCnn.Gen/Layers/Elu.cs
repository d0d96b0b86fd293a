using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>x where it is positive, alpha · (exp(x) − 1) elsewhere.</summary>
internal sealed class Elu : ActivationLayer
{
    public override string Kind => "elu";

    public override string Summary => "x where it is positive, alpha · (exp(x) − 1) elsewhere.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Number("alpha", "Limit for large negative values.", 1),
    ];

    protected override ActivationFunction Function(LayerScope scope) => scope.Graph.Activations.Elu(scope.Options.Number("alpha"));
}
