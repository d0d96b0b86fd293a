using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Normalises each sample over all of its values.</summary>
internal sealed class LayerNorm : Layer
{
    public override string Kind => "layer_norm";

    public override string Summary => "Normalises each sample over all of its values.";

    public override LayerParameters Parameters => LayerParameters.Weight | LayerParameters.Bias;

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Number("eps", "Added to the variance.", 1e-5, 0),
        Option.Flag("affine", "Learns a scale (weight) and a shift (bias) for each value.", defaultValue: true),
    ];

    public override Value? Build(LayerScope scope) => Normalisation.AddLayerNorm(scope);
}
