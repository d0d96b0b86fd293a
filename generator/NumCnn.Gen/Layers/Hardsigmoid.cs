using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>relu6(x + 3) / 6.</summary>
internal sealed class Hardsigmoid : ActivationLayer
{
    public override string Kind => "hardsigmoid";

    public override string Summary => "relu6(x + 3) / 6.";

    protected override ActivationFunction Function(LayerScope scope) => Activations.Hardsigmoid;
}
