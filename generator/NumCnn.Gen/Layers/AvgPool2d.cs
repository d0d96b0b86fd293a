using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
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

    public override Value? Build(LayerScope scope)
    {
        if (!scope.NeedsImage())
        {
            return null;
        }

        var options = scope.Options;
        var input = scope.Input.Shape;
        var (kernel, stride) = (options.Pair("kernel_size"), options.Pair("stride"));
        if (Geometry.Of(scope, kernel, stride, (1, 1), options.Flag("ceil_mode")) is not { } geometry
            || !Pooling.PaddingFits(scope, kernel)
            || scope.Checked("the output", input.Channels, geometry.Rows, geometry.Columns) is not { } shape)
        {
            return null;
        }

        bool countBorder = options.Flag("count_include_pad");
        var rows = Pooling.Spans(geometry.Rows, stride.H, kernel.H, 1, geometry.Border.Top, geometry.Border.Bottom, input.Rows, countBorder);
        var columns = Pooling.Spans(geometry.Columns, stride.W, kernel.W, 1, geometry.Border.Left, geometry.Border.Right, input.Columns, countBorder);
        return scope.Add(new AveragePoolNode(scope.Name, scope.Input, shape, rows, columns));
    }
}
