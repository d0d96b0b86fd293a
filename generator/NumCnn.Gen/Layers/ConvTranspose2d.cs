using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Transposed convolution: the adjoint of conv2d with respect to its input.</summary>
internal sealed class ConvTranspose2d : Layer
{
    public override string Kind => "conv_transpose2d";

    public override string Summary => "Transposed convolution: the adjoint of conv2d with respect to its input.";

    public override LayerParameters Parameters => LayerParameters.Weight | LayerParameters.Bias | LayerParameters.Fan;

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Count("out_channels", "Channels of the output."),
        Option.Pair("kernel_size", "Rows and columns of the kernel."),
        Option.Pair("stride", "Distance between the outputs of neighbouring inputs.", 1),
        Option.Sides("padding", "Border cut off the output."),
        Option.Pair("output_padding", "Rows and columns added at the bottom and the right; smaller than stride or dilation.", 0, minimum: 0),
        Option.Pair("dilation", "Distance between neighbouring taps of the kernel.", 1),
        Option.Count("groups", "Groups of channels that are convolved separately; it divides the channels of input and output.", 1),
        Option.Flag("bias", "Adds a learned value to each output channel; a list gives its values.", defaultValue: true),
        Option.Choice("padding_mode", "Only zeros, as in PyTorch.", "zeros"),
    ];
}
