using NumCnn.Gen.Graph;

namespace NumCnn.Gen.Layers;

/// <summary>[channels, rows, columns] to [features], in that order.</summary>
internal sealed class Flatten : Layer
{
    public override string Kind => "flatten";

    public override string Summary => "[channels, rows, columns] to [features], in that order.";

    public override Value? Build(LayerScope scope) => Rearranging.Flatten(scope, scope.Name, scope.Input);
}
