using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>The same values in another shape.</summary>
internal sealed class Reshape : Layer
{
    public override string Kind => "reshape";

    public override string Summary => "The same values in another shape.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Shape("shape", "The new shape, [channels, rows, columns] or [features]; one entry may be -1, which is then inferred."),
    ];

    public override Value? Build(LayerScope scope) => Rearranging.Reshape(scope);
}
