using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
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

    public override Value? Build(LayerScope scope)
    {
        if (!scope.NeedsImage())
        {
            return null;
        }

        var options = scope.Options;
        var input = scope.Input.Shape;
        int outputs = options.Int("out_channels");
        int groups = options.Int("groups");
        if (input.Channels % groups != 0 || outputs % groups != 0)
        {
            return scope.Fail(
                Rules.GroupsDoNotDivide, "groups", scope.Name, $"{groups}", input.Channels % groups != 0 ? $"{input.Channels}" : $"{outputs}", input.Channels % groups != 0 ? "input" : "output");
        }

        var (kernel, stride, dilation) = (options.Pair("kernel_size"), options.Pair("stride"), options.Pair("dilation"));
        var padding = options.Padding("padding");
        var extra = options.Pair("output_padding");
        if (extra.H >= Math.Max(stride.H, dilation.H) || extra.W >= Math.Max(stride.W, dilation.W))
        {
            bool isRow = extra.H >= Math.Max(stride.H, dilation.H);
            return scope.Fail(
                Rules.OutputPadding, "output_padding", scope.Name, $"{(isRow ? extra.H : extra.W)}", $"{(isRow ? stride.H : stride.W)}", $"{(isRow ? dilation.H : dilation.W)}");
        }

        long rows = ((input.Rows - 1L) * stride.H) - padding.Top - padding.Bottom + ((kernel.H - 1L) * dilation.H) + extra.H + 1;
        long columns = ((input.Columns - 1L) * stride.W) - padding.Left - padding.Right + ((kernel.W - 1L) * dilation.W) + extra.W + 1;
        if (rows < 1 || columns < 1)
        {
            return scope.Fail(Rules.KernelDoesNotFit, "padding", scope.Name, $"the padding leaves {rows}×{columns} of the output");
        }

        if (scope.Checked("the output", outputs, rows, columns) is not { } shape || scope.Checked("the weight", input.Channels, (long)(outputs / groups) * kernel.H, kernel.W) is null)
        {
            return null;
        }

        var equation = new ConvolutionEquation(scope.Block, groups, shape, input, kernel, stride, dilation, padding.Top, padding.Left);
        return Convolutions.Add(scope, scope.Input, shape, equation, transposed: true, [input.Channels, outputs / groups, kernel.H, kernel.W]);
    }
}
