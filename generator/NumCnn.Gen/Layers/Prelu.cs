using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>x where it is positive, weight · x elsewhere, with a learned weight.</summary>
internal sealed class Prelu : ActivationLayer
{
    public override string Kind => "prelu";

    public override string Summary => "x where it is positive, weight · x elsewhere, with a learned weight.";

    public override LayerParameters Parameters => LayerParameters.Weight;

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Count("num_parameters", "1, or the number of channels for a weight each.", 1),
        Option.Number("init", "First value of the weight.", 0.25),
    ];
}
