using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
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

    public override Value? Build(LayerScope scope)
    {
        if (!scope.NeedsImage())
        {
            return null;
        }

        var options = scope.Options;
        var input = scope.Input;
        int channels = input.Shape.Channels;
        int outputs = options.Int("out_channels");
        int groups = options.Int("groups");
        if (channels % groups != 0 || outputs % groups != 0)
        {
            return scope.Fail(Rules.GroupsDoNotDivide, "groups", scope.Name, $"{groups}", channels % groups != 0 ? $"{channels}" : $"{outputs}", channels % groups != 0 ? "input" : "output");
        }

        var (kernel, stride, dilation) = (options.Pair("kernel_size"), options.Pair("stride"), options.Pair("dilation"));
        if (Geometry.Of(scope, kernel, stride, dilation) is not { } geometry
            || scope.Checked("the output", outputs, geometry.Rows, geometry.Columns) is not { } shape
            || scope.Checked("the weight", outputs, (long)(channels / groups) * kernel.H, kernel.W) is null
            || scope.Checked("the input with its border", channels, (long)input.Shape.Rows + geometry.Border.Top + geometry.Border.Bottom, (long)input.Shape.Columns + geometry.Border.Left + geometry.Border.Right) is null)
        {
            return null;
        }

        var border = geometry.Border;
        string mode = options.Text("padding_mode");
        if (mode != "zeros")
        {
            // Zeros lie around the image already; any other border is a copy of it.
            if (Geometry.Pad(scope, scope.Name + ".padding", input, border, mode, 0) is not { } padded)
            {
                return null;
            }

            input = padded;
            border = default;
        }

        var equation = new ConvolutionEquation(scope.Block, groups, input.Shape, shape, kernel, stride, dilation, border.Top, border.Left);
        return Convolutions.Add(scope, input, shape, equation, transposed: false, [outputs, channels / groups, kernel.H, kernel.W]);
    }
}
