using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Mean of windows that are chosen so that the output has the given size.</summary>
internal sealed class AdaptiveAvgPool2d : Layer
{
    public override string Kind => "adaptive_avg_pool2d";

    public override string Summary => "Mean of windows that are chosen so that the output has the given size.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Pair("output_size", "Rows and columns of the output.", 1),
    ];
}
