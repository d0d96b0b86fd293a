using System.Numerics;

namespace NumCnn.Onnx.Layers;

/// <summary>Layers that move values, and those that read several.</summary>
internal static class Rearranging
{
    public static void Reshape<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => scope.EmitFrom("Reshape", [scope.Input, scope.Integers("shape", [0, .. scope.OutputShape.Select(static size => (long)size)])]);

    public static void Upsample<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, columns) = scope.Pair("scale_factor");
        string scales = scope.Singles("scales", 1, 1, rows, columns);
        OnnxAttribute[] attributes = scope.Text("mode") == "nearest"
            ? [OnnxAttribute.Of("mode", "nearest"), OnnxAttribute.Of("coordinate_transformation_mode", "asymmetric"), OnnxAttribute.Of("nearest_mode", "floor")]
            : [OnnxAttribute.Of("mode", "linear"), OnnxAttribute.Of("coordinate_transformation_mode", scope.Flag("align_corners") ? "align_corners" : "half_pixel")];

        // The empty second input stands for a region of interest, which these modes do not have.
        scope.EmitFrom("Resize", [scope.Input, string.Empty, scales], attributes);
    }

    /// <summary>A chain of a binary operation over all inputs, from the first to the last.</summary>
    public static void Fold<T>(LayerScope<T> scope, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string result = scope.Inputs[0];
        for (int i = 1; i < scope.Inputs.Count - 1; i++)
        {
            result = scope.Step(operation, FormattableString.Invariant($"first{i + 1}"), [result, scope.Inputs[i]]);
        }

        scope.EmitFrom(operation, [result, scope.Inputs[^1]]);
    }
}
