using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Largest value of each window.</summary>
internal sealed class MaxPool2d : Layer
{
    /// <summary>Pieces of the output up to which windows that the border cuts off have code of their own: the corners, the sides and the middle. More read a copy with a border.</summary>
    private const int MostPieces = 9;

    /// <summary>Vectors of an image with its border below which it is copied all the same: the JIT would compile several nests, and a copy takes less than a microsecond.</summary>
    private const int LeastCopied = 1000;

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

    public override Value? Build(LayerScope scope)
    {
        if (!scope.NeedsImage())
        {
            return null;
        }

        var options = scope.Options;
        var (kernel, stride, dilation) = (options.Pair("kernel_size"), options.Pair("stride"), options.Pair("dilation"));
        if (Geometry.Of(scope, kernel, stride, dilation, options.Flag("ceil_mode")) is not { } geometry
            || !Pooling.PaddingFits(scope, kernel)
            || scope.Checked("the output", scope.Input.Shape.Channels, geometry.Rows, geometry.Columns) is not { } shape)
        {
            return null;
        }

        // With ceil_mode the last window may reach beyond the border.
        var size = scope.Input.Shape;
        var border = Pooling.Reaching(geometry, size, kernel, stride, dilation);
        var rows = Pooling.Spans(geometry.Rows, stride.H, kernel.H, dilation.H, border.Top, border.Bottom, size.Rows, countBorder: true);
        var columns = Pooling.Spans(geometry.Columns, stride.W, kernel.W, dilation.W, border.Left, border.Right, size.Columns, countBorder: true);
        int pieces = rows.Count * columns.Count;
        bool pays = pieces == 1 || (pieces <= MostPieces && Copied(size, border) >= LeastCopied);
        if (pays && rows.Concat(columns).All(static span => span.Size > 0))
        {
            return scope.Add(new MaxPoolNode(scope.Name, scope.Input, shape, new Window(kernel, stride, dilation), rows, columns));
        }

        return Geometry.Pad(scope, scope.Name + ".padding", scope.Input, border, "constant", double.NegativeInfinity) is { } input
            ? scope.Add(new MaxPoolNode(scope.Name, input, shape, new Window(kernel, stride, dilation)))
            : null;
    }

    /// <summary>Vectors of the widest kind that an image inside its border has.</summary>
    private static double Copied(Shape image, Border border)
        => ((double)border.Top + image.Rows + border.Bottom) * ((double)border.Left + image.Columns + border.Right) * ((image.Channels + 15) / 16);
}
