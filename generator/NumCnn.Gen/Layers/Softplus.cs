using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>log(1 + exp(beta · x)) / beta; x itself where beta · x exceeds the threshold.</summary>
internal sealed class Softplus : ActivationLayer
{
    public override string Kind => "softplus";

    public override string Summary => "log(1 + exp(beta · x)) / beta; x itself where beta · x exceeds the threshold.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Number("beta", "Sharpness.", 1, 0, minimumExcluded: true),
        Option.Number("threshold", "Above it the function is linear.", 20),
    ];

    protected override ActivationFunction Function(LayerScope scope) => scope.Graph.Activations.Softplus(scope.Options.Number("beta"), scope.Options.Number("threshold"));
}
