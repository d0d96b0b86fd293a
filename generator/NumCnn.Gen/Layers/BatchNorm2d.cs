using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Normalises each channel of an image over the batch.</summary>
internal sealed class BatchNorm2d : Layer
{
    public override string Kind => "batch_norm2d";

    public override string Summary => "Normalises each channel of an image over the batch.";

    public override LayerParameters Parameters => LayerParameters.Weight | LayerParameters.Bias;

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Number("eps", "Added to the variance.", 1e-5, 0),
        Option.Number("momentum", "Weight of a batch in the running statistics.", 0.1, 0, 1),
        Option.Flag("affine", "Learns a scale (weight) and a shift (bias) a channel.", defaultValue: true),
    ];

    public override Value? Build(LayerScope scope) => scope.NeedsImage() ? Normalisation.AddBatchNorm(scope) : null;
}
