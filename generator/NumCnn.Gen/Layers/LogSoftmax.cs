using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>Logarithm of softmax, over channels or features.</summary>
internal sealed class LogSoftmax : Layer
{
    public override string Kind => "log_softmax";

    public override string Summary => "Logarithm of softmax, over channels or features.";

    public override Value? Build(LayerScope scope) => scope.Add(new SoftmaxNode(scope.Name, scope.Input, logarithm: true));
}
