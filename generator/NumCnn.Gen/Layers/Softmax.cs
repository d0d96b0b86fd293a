using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>Exponentials that sum to one, over channels or features.</summary>
internal sealed class Softmax : Layer
{
    public override string Kind => "softmax";

    public override string Summary => "Exponentials that sum to one, over channels or features.";

    public override Value? Build(LayerScope scope) => scope.Add(new SoftmaxNode(scope.Name, scope.Input, logarithm: false));
}
