using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>x · relu6(x + 3) / 6.</summary>
internal sealed class Hardswish : ActivationLayer
{
    public override string Kind => "hardswish";

    public override string Summary => "x · relu6(x + 3) / 6.";

    protected override ActivationFunction Function(LayerScope scope) => Activations.Hardswish;
}
