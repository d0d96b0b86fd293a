using NumCnn.Gen.Graph;

namespace NumCnn.Gen.Layers;

/// <summary>Its input, unchanged.</summary>
internal sealed class Identity : Layer
{
    public override string Kind => "identity";

    public override string Summary => "Its input, unchanged.";

    public override Value? Build(LayerScope scope) => scope.Input;
}
