using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Largest value of each window.</summary>
internal sealed class MaxPool2d : Layer
{
    public override string Kind => "max_pool2d";

    public override string NamePrefix => "pool";

    public override string Summary => "Largest value of each window.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Pair("kernel_size", "Rows and columns of the window."),
        Option.PairLike("stride", "Step between neighbouring windows.", "kernel_size"),
        Option.Padding("padding", "Border around the input, filled with −∞; at most half the kernel."),
        Option.Pair("dilation", "Distance between neighbouring elements of the window.", 1),
        Option.Flag("ceil_mode", "Rounds the size of the output up instead of down.", defaultValue: false),
    ];
}
