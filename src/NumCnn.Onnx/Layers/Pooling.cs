using System.Numerics;

namespace NumCnn.Onnx.Layers;

/// <summary>
/// Pools. Their border is always given by its four sides, long enough for the last window, because runtimes differ in
/// where ceil_mode puts that window and what it divides by.
/// </summary>
internal static class Pooling
{
    public static void MaxPool2d<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (kernel, stride, dilation) = (scope.Pair("kernel_size"), scope.Pair("stride"), scope.Pair("dilation"));
        var border = Reaching(scope, scope.Border("padding", kernel, stride, dilation), kernel, stride, dilation);
        string input = scope.Input;
        if (!IsAllowed(border, kernel))
        {
            input = Padding.Of(scope, input, border, "constant", double.NegativeInfinity);
            border = default;
        }

        scope.EmitFrom("MaxPool", [input], [.. Window(kernel, stride), OnnxAttribute.List("dilations", dilation.Rows, dilation.Columns), border.Attribute]);
    }

    public static void AvgPool2d<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (kernel, stride) = (scope.Pair("kernel_size"), scope.Pair("stride"));
        var given = scope.Border("padding", kernel, stride, (1, 1));
        var border = Reaching(scope, given, kernel, stride, (1, 1));
        bool countBorder = scope.Flag("count_include_pad");
        if (!countBorder && IsAllowed(border, kernel))
        {
            scope.Emit("AveragePool", [.. Window(kernel, stride), border.Attribute, OnnxAttribute.Of("count_include_pad", 0L)]);
            return;
        }

        // The mean over the whole window, corrected where the divisor is not its size: windows that reach beyond the border.
        var divisors = Divisors(scope, given, kernel, stride, countBorder);
        bool isWhole = Array.TrueForAll(divisors, divisor => divisor == kernel.Rows * kernel.Columns);
        string input = scope.Input;
        if (!IsAllowed(border, kernel))
        {
            input = Padding.Of(scope, input, border, "constant", 0);
            border = default;
        }

        OnnxAttribute[] attributes = [.. Window(kernel, stride), border.Attribute, OnnxAttribute.Of("count_include_pad", 1L)];
        if (isWhole)
        {
            scope.EmitFrom("AveragePool", [input], attributes);
            return;
        }

        string mean = scope.Step("AveragePool", "mean", [input], attributes);
        var factors = Array.ConvertAll(divisors, divisor => T.CreateTruncating((double)(kernel.Rows * kernel.Columns) / divisor));
        scope.EmitFrom("Mul", [mean, scope.Constant("correction", [1, 1, scope.OutputShape[1], scope.OutputShape[2]], factors)]);
    }

    public static void AdaptiveAvgPool2d<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (input, output) = (scope.InputShape, scope.OutputShape);
        if (output[1] == 1 && output[2] == 1)
        {
            scope.Emit("GlobalAveragePool");
        }
        else if (input[1] % output[1] == 0 && input[2] % output[2] == 0)
        {
            (int Rows, int Columns) window = (input[1] / output[1], input[2] / output[2]);
            scope.Emit("AveragePool", Window(window, window));
        }
        else
        {
            // Windows of different sizes: a product with a matrix of means from each side.
            string rows = scope.Constant("rows", [output[1], input[1]], Means<T>(output[1], input[1], transposed: false));
            string columns = scope.Constant("columns", [input[2], output[2]], Means<T>(output[2], input[2], transposed: true));
            string reduced = scope.Step("MatMul", "reduced", [rows, scope.Input]);
            scope.EmitFrom("MatMul", [reduced, columns]);
        }
    }

    private static OnnxAttribute[] Window((int Rows, int Columns) kernel, (int Rows, int Columns) stride) =>
        [OnnxAttribute.List("kernel_shape", kernel.Rows, kernel.Columns), OnnxAttribute.List("strides", stride.Rows, stride.Columns)];

    /// <summary>Runtimes refuse a border as wide as the kernel.</summary>
    private static bool IsAllowed(Border border, (int Rows, int Columns) kernel) =>
        border.Top < kernel.Rows && border.Bottom < kernel.Rows && border.Left < kernel.Columns && border.Right < kernel.Columns;

    /// <summary>The border with its far sides set to where the last window ends, so that the windows need no rounding up.</summary>
    private static Border Reaching<T>(LayerScope<T> scope, Border border, (int Rows, int Columns) kernel, (int Rows, int Columns) stride, (int Rows, int Columns) dilation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int bottom = ((scope.OutputShape[1] - 1) * stride.Rows) + ((kernel.Rows - 1) * dilation.Rows) + 1 - border.Top - scope.InputShape[1];
        int right = ((scope.OutputShape[2] - 1) * stride.Columns) + ((kernel.Columns - 1) * dilation.Columns) + 1 - border.Left - scope.InputShape[2];
        return border with { Bottom = Math.Max(0, bottom), Right = Math.Max(0, right) };
    }

    private static int[] Divisors<T>(LayerScope<T> scope, Border border, (int Rows, int Columns) kernel, (int Rows, int Columns) stride, bool countBorder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] rows = Counts(scope.OutputShape[1], scope.InputShape[1], kernel.Rows, stride.Rows, border.Top, border.Bottom, countBorder);
        int[] columns = Counts(scope.OutputShape[2], scope.InputShape[2], kernel.Columns, stride.Columns, border.Left, border.Right, countBorder);
        return [.. rows.SelectMany(row => columns.Select(column => row * column))];
    }

    /// <summary>What each window divides by along one dimension: its elements inside the image and, if they count, its border.</summary>
    private static int[] Counts(int windows, int size, int kernel, int stride, int before, int after, bool countBorder)
    {
        var counts = new int[windows];
        for (int window = 0; window < windows; window++)
        {
            int start = (window * stride) - before;
            int end = Math.Min(start + kernel, size + after);
            counts[window] = countBorder ? end - start : Math.Max(1, Math.Min(end, size) - Math.Max(start, 0));
        }

        return counts;
    }

    private static T[] Means<T>(int windows, int size, bool transposed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var matrix = new T[windows * size];
        for (int window = 0; window < windows; window++)
        {
            int start = (int)((long)window * size / windows);
            int end = (int)((((window + 1L) * size) + windows - 1) / windows);
            for (int element = start; element < end; element++)
            {
                matrix[transposed ? (element * windows) + window : (window * size) + element] = T.One / T.CreateTruncating(end - start);
            }
        }

        return matrix;
    }
}
