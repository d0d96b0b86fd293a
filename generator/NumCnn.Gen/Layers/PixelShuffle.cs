using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Rearranges [channels·r², rows, columns] to [channels, rows·r, columns·r].</summary>
internal sealed class PixelShuffle : Layer
{
    public override string Kind => "pixel_shuffle";

    public override string Summary => "Rearranges [channels·r², rows, columns] to [channels, rows·r, columns·r].";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Integer("upscale_factor", "The factor r.", null, 1, Option.GeometryLimit),
    ];
}
