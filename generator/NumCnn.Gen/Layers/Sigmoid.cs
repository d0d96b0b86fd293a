using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>1 / (1 + exp(−x)).</summary>
internal sealed class Sigmoid : ActivationLayer
{
    public override string Kind => "sigmoid";

    public override string Summary => "1 / (1 + exp(−x)).";

    protected override ActivationFunction Function(LayerScope scope) => scope.Graph.Activations.Sigmoid;
}
