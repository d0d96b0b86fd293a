using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Normalises each channel of each sample.</summary>
internal sealed class InstanceNorm2d : Layer
{
    public override string Kind => "instance_norm2d";

    public override string Summary => "Normalises each channel of each sample.";

    public override LayerParameters Parameters => LayerParameters.Weight | LayerParameters.Bias;

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Number("eps", "Added to the variance.", 1e-5, 0),
        Option.Flag("affine", "Learns a scale (weight) and a shift (bias) a channel.", defaultValue: false),
    ];

    public override Value? Build(LayerScope scope) => scope.NeedsImage() ? Normalisation.AddGroupNorm(scope, scope.Input.Shape.Channels) : null;
}
