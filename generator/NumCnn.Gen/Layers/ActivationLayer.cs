using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>A function of one value, applied to each; the shape stays.</summary>
internal abstract class ActivationLayer : Layer
{
    public override Value? Build(LayerScope scope) => BeforeFlattening(scope, scope.Input, input => new ActivationNode(scope.Name, input, Function(scope)));

    /// <summary>The function and its derivative, for the layer's options.</summary>
    protected virtual ActivationFunction Function(LayerScope scope) => throw new NotSupportedException($"{Kind} is no plain function.");
}
