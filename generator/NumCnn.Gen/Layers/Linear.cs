using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Fully connected layer: weight · x + bias.</summary>
internal sealed class Linear : Layer
{
    public override string Kind => "linear";

    public override string Summary => "Fully connected layer: weight · x + bias.";

    public override LayerParameters Parameters => LayerParameters.Weight | LayerParameters.Bias | LayerParameters.Fan;

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Count("out_features", "Features of the output."),
        Option.Flag("bias", "Adds a learned value to each output; a list gives its values.", defaultValue: true),
    ];
}
