using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>min(max(0, x), 6).</summary>
internal sealed class Relu6 : ActivationLayer
{
    public override string Kind => "relu6";

    public override string NamePrefix => "relu6_";

    public override string Summary => "min(max(0, x), 6).";

    protected override ActivationFunction Function(LayerScope scope) => Activations.Relu6;
}
