using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>Hyperbolic tangent.</summary>
internal sealed class Tanh : ActivationLayer
{
    public override string Kind => "tanh";

    public override string Summary => "Hyperbolic tangent.";

    protected override ActivationFunction Function(LayerScope scope) => scope.Graph.Activations.Tanh;
}
