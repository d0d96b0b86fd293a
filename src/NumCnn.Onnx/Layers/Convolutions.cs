using System.Numerics;

namespace NumCnn.Onnx.Layers;

/// <summary>Convolutions and dense layers. PyTorch's order of weights is ONNX's.</summary>
internal static class Convolutions
{
    public static void Conv2d<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (kernel, stride, dilation) = (scope.Pair("kernel_size"), scope.Pair("stride"), scope.Pair("dilation"));
        var border = scope.Border("padding", kernel, stride, dilation);
        string input = scope.Input;
        string mode = scope.Text("padding_mode");
        if (mode != "zeros" && !border.IsEmpty)
        {
            input = Padding.Of(scope, input, border, mode, 0);
            border = default;
        }

        scope.EmitFrom("Conv", Operands(scope, input), [.. Common(scope, kernel, stride, dilation), border.Attribute]);
    }

    public static void ConvTranspose2d<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (kernel, stride, dilation) = (scope.Pair("kernel_size"), scope.Pair("stride"), scope.Pair("dilation"));
        var extra = scope.Pair("output_padding");
        scope.EmitFrom(
            "ConvTranspose",
            Operands(scope, scope.Input),
            [.. Common(scope, kernel, stride, dilation), scope.Border("padding").Attribute, OnnxAttribute.List("output_padding", extra.Rows, extra.Columns)]);
    }

    public static void Linear<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => scope.EmitFrom("Gemm", Operands(scope, scope.Input), OnnxAttribute.Of("transB", 1L));

    private static OnnxAttribute[] Common<T>(LayerScope<T> scope, (int Rows, int Columns) kernel, (int Rows, int Columns) stride, (int Rows, int Columns) dilation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        =>
        [
            OnnxAttribute.List("kernel_shape", kernel.Rows, kernel.Columns),
            OnnxAttribute.List("strides", stride.Rows, stride.Columns),
            OnnxAttribute.List("dilations", dilation.Rows, dilation.Columns),
            OnnxAttribute.Of("group", (long)scope.Int("groups")),
        ];

    private static string[] Operands<T>(LayerScope<T> scope, string input)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => scope.Has("bias") ? [input, scope.Parameter("weight"), scope.Parameter("bias")] : [input, scope.Parameter("weight")];
}
