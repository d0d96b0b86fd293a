using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>x · sigmoid(x).</summary>
internal sealed class Silu : ActivationLayer
{
    public override string Kind => "silu";

    public override string Summary => "x · sigmoid(x).";

    protected override ActivationFunction Function(LayerScope scope) => scope.Graph.Activations.Silu;
}
