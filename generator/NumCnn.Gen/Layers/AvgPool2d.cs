using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Mean of each window.</summary>
internal sealed class AvgPool2d : Layer
{
    public override string Kind => "avg_pool2d";

    public override string Summary => "Mean of each window.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Pair("kernel_size", "Rows and columns of the window."),
        Option.PairLike("stride", "Step between neighbouring windows.", "kernel_size"),
        Option.Padding("padding", "Border of zeros around the input; at most half the kernel."),
        Option.Flag("ceil_mode", "Rounds the size of the output up instead of down.", defaultValue: false),
        Option.Flag("count_include_pad", "Counts the border in the divisor.", defaultValue: true),
    ];
}
