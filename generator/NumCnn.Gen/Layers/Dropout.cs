using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>While training, sets values to zero with probability p and scales the others by 1 / (1 − p).</summary>
internal sealed class Dropout : Layer
{
    public override string Kind => "dropout";

    public override string Summary => "While training, sets values to zero with probability p and scales the others by 1 / (1 − p).";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Number("p", "Probability that a value is dropped.", 0.5, 0, 1, maximumExcluded: true),
    ];
}
