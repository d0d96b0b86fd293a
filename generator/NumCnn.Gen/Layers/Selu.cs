using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>Elu with the constants that keep mean and variance.</summary>
internal sealed class Selu : ActivationLayer
{
    public override string Kind => "selu";

    public override string Summary => "Elu with the constants that keep mean and variance.";

    protected override ActivationFunction Function(LayerScope scope) => scope.Graph.Activations.Selu;
}
