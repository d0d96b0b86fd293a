using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>x · tanh(softplus(x)).</summary>
internal sealed class Mish : ActivationLayer
{
    public override string Kind => "mish";

    public override string Summary => "x · tanh(softplus(x)).";

    protected override ActivationFunction Function(LayerScope scope) => scope.Graph.Activations.Mish;
}
