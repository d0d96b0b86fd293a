using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Two-dimensional convolution (cross-correlation, as in PyTorch).</summary>
internal sealed class Conv2d : Layer
{
    public override string Kind => "conv2d";

    public override string Summary => "Two-dimensional convolution (cross-correlation, as in PyTorch).";

    public override LayerParameters Parameters => LayerParameters.Weight | LayerParameters.Bias | LayerParameters.Fan;

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Count("out_channels", "Channels of the output."),
        Option.Pair("kernel_size", "Rows and columns of the kernel."),
        Option.Pair("stride", "Step between neighbouring outputs.", 1),
        Option.Padding("padding", "Border around the input."),
        Option.Pair("dilation", "Distance between neighbouring taps of the kernel.", 1),
        Option.Count("groups", "Groups of channels that are convolved separately; it divides the channels of input and output.", 1),
        Option.Flag("bias", "Adds a learned value to each output channel; a list gives its values.", defaultValue: true),
        Option.Choice("padding_mode", "What fills the border.", "zeros", "replicate", "reflect", "circular"),
    ];
}
