using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Enlarges an image by whole factors.</summary>
internal sealed class Upsample : Layer
{
    public override string Kind => "upsample";

    public override string Summary => "Enlarges an image by whole factors.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Pair("scale_factor", "Factor for rows and columns."),
        Option.Choice("mode", "How new values arise.", "nearest", "bilinear"),
        Option.Flag("align_corners", "For bilinear: the corners of input and output coincide.", defaultValue: false),
    ];
}
