using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>max(0, x).</summary>
internal sealed class Relu : ActivationLayer
{
    public override string Kind => "relu";

    public override string Summary => "max(0, x).";

    protected override ActivationFunction Function(LayerScope scope) => Activations.Relu;
}
