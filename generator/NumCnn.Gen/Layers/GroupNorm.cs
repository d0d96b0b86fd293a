using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Normalises each sample over groups of channels.</summary>
internal sealed class GroupNorm : Layer
{
    public override string Kind => "group_norm";

    public override string Summary => "Normalises each sample over groups of channels.";

    public override LayerParameters Parameters => LayerParameters.Weight | LayerParameters.Bias;

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Count("num_groups", "Number of groups; it divides the channels."),
        Option.Number("eps", "Added to the variance.", 1e-5, 0),
        Option.Flag("affine", "Learns a scale (weight) and a shift (bias) a channel.", defaultValue: true),
    ];

    public override Value? Build(LayerScope scope)
    {
        int groups = scope.Options.Int("num_groups");
        return scope.Input.Shape.Channels % groups == 0
            ? Normalisation.AddGroupNorm(scope, groups)
            : scope.Fail(Rules.NormGroupsDoNotDivide, "num_groups", scope.Name, $"{groups}", $"{scope.Input.Shape.Channels}");
    }
}
