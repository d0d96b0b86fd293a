using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Normalises each feature over the batch.</summary>
internal sealed class BatchNorm1d : Layer
{
    public override string Kind => "batch_norm1d";

    public override string Summary => "Normalises each feature over the batch.";

    public override LayerParameters Parameters => LayerParameters.Weight | LayerParameters.Bias;

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Number("eps", "Added to the variance.", 1e-5, 0),
        Option.Number("momentum", "Weight of a batch in the running statistics.", 0.1, 0, 1),
        Option.Flag("affine", "Learns a scale (weight) and a shift (bias) a feature.", defaultValue: true),
    ];

    public override Value? Build(LayerScope scope) => scope.NeedsFeatures() ? Normalisation.AddBatchNorm(scope) : null;
}
