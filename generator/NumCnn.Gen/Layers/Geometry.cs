using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>How a window covers an image: the border's four sides and the number of windows.</summary>
internal sealed record Geometry(Border Border, int Rows, int Columns)
{
    /// <summary>Applies PyTorch's rule, or TensorFlow's for same; null if the window does not fit, which is then said.</summary>
    public static Geometry? Of(LayerScope scope, (int H, int W) kernel, (int H, int W) stride, (int H, int W) dilation, bool ceilMode = false)
    {
        var padding = scope.Options.Padding("padding");
        var shape = scope.Input.Shape;
        var rows = Line(padding.Mode, padding.Top, padding.Bottom, shape.Rows, kernel.H, stride.H, dilation.H, ceilMode);
        var columns = Line(padding.Mode, padding.Left, padding.Right, shape.Columns, kernel.W, stride.W, dilation.W, ceilMode);
        if (rows.Count < 1 || columns.Count < 1)
        {
            bool isRow = rows.Count < 1;
            scope.Fail(
                Rules.KernelDoesNotFit,
                "kernel_size",
                scope.Name,
                FormattableString.Invariant($"{kernel.H}×{kernel.W} kernel does not fit its {shape.Rows}×{shape.Columns} input ")
                    + (isRow
                        ? Arithmetic(shape.Rows, padding.Top, padding.Bottom, kernel.H, dilation.H)
                        : Arithmetic(shape.Columns, padding.Left, padding.Right, kernel.W, dilation.W)));
            return null;
        }

        return new(new Border(rows.Before, columns.Before, rows.After, columns.After), (int)rows.Count, (int)columns.Count);
    }

    /// <summary>The image inside a border of the given filling; null if the filling cannot reach so far, which is then said.</summary>
    public static Value? Pad(LayerScope scope, string name, Value image, Border border, string mode, double value)
    {
        var kind = mode switch
        {
            "replicate" => BorderMode.Replicate,
            "reflect" => BorderMode.Reflect,
            "circular" => BorderMode.Circular,
            _ => BorderMode.Constant,
        };
        int extra = kind == BorderMode.Reflect ? 1 : 0;
        int rows = Math.Max(border.Top, border.Bottom) + extra;
        int columns = Math.Max(border.Left, border.Right) + extra;
        if (kind is BorderMode.Reflect or BorderMode.Circular && (rows > image.Shape.Rows || columns > image.Shape.Columns))
        {
            return scope.Fail(
                Rules.BorderTooLarge,
                "padding",
                scope.Name,
                mode,
                FormattableString.Invariant($"[{border.Top}, {border.Left}, {border.Bottom}, {border.Right}]"),
                FormattableString.Invariant($"{rows}×{columns}"),
                FormattableString.Invariant($"{image.Shape.Rows}×{image.Shape.Columns}"));
        }

        if (scope.Checked(
            "the image with its border",
            image.Shape.Channels,
            (long)image.Shape.Rows + border.Top + border.Bottom,
            (long)image.Shape.Columns + border.Left + border.Right) is null)
        {
            return null;
        }

        return border.IsEmpty ? image : scope.Add(new PaddingNode(name, image, border, kind, value));
    }

    private static (long Count, int Before, int After) Line(PaddingMode mode, int before, int after, int size, int kernel, int stride, int dilation, bool ceilMode)
    {
        long reach = ((kernel - 1L) * dilation) + 1;
        if (mode == PaddingMode.Same)
        {
            long count = (size + (long)stride - 1) / stride;
            long total = Math.Max(0, ((count - 1) * stride) + reach - size);
            return total > int.MaxValue / 2 ? (0, 0, 0) : (count, (int)(total / 2), (int)(total - (total / 2)));
        }

        long room = size + (long)before + after - reach;
        if (room < 0)
        {
            return (0, 0, 0);
        }

        long windows = (room / stride) + 1;
        if (ceilMode && room % stride != 0 && windows * stride < size + (long)before)
        {
            // PyTorch: one more window, if it starts inside the image or the border before it.
            windows++;
        }

        return (windows, before, after);
    }

    private static string Arithmetic(int size, int before, int after, int kernel, int dilation)
    {
        string border = before == after ? FormattableString.Invariant($"2·{before}") : FormattableString.Invariant($"{before} + {after}");
        string reach = dilation == 1 ? FormattableString.Invariant($"{kernel}") : FormattableString.Invariant($"({dilation}·({kernel} − 1) + 1)");
        return FormattableString.Invariant($"({size} + {border} − {reach} < 0)");
    }
}
