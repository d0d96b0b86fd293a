using System.Numerics;

namespace NumCnn.Onnx.Layers;

/// <summary>Borders of any filling.</summary>
internal static class Padding
{
    public static void Pad2d<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var border = scope.Border("padding");
        string value = border.IsEmpty ? scope.Input : Of(scope, scope.Input, border, scope.Text("mode"), scope.Number("value"));
        scope.EmitFrom("Identity", [value]);
    }

    /// <summary>An image inside a border.</summary>
    /// <param name="scope">The layer.</param>
    /// <param name="image">The image.</param>
    /// <param name="border">The border, not empty.</param>
    /// <param name="mode">constant, replicate, reflect or circular.</param>
    /// <param name="value">The value of a constant border.</param>
    /// <returns>The padded image.</returns>
    public static string Of<T>(LayerScope<T> scope, string image, Border border, string mode, double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (mode == "circular")
        {
            string tall = Wrapped(scope, "rows", image, 2, scope.InputShape[1], border.Top, border.Bottom);
            return Wrapped(scope, "columns", tall, 3, scope.InputShape[2], border.Left, border.Right);
        }

        string sides = scope.Integers("sides", 0, 0, border.Top, border.Left, 0, 0, border.Bottom, border.Right);
        return mode switch
        {
            "replicate" => scope.Step("Pad", "padded", [image, sides], OnnxAttribute.Of("mode", "edge")),
            "reflect" => scope.Step("Pad", "padded", [image, sides], OnnxAttribute.Of("mode", "reflect")),
            _ => scope.Step("Pad", "padded", [image, sides, scope.Scalar("border", value)], OnnxAttribute.Of("mode", "constant")),
        };
    }

    /// <summary>Pad has wrapped borders since opset 19 only; here the far ends of the image are joined to it.</summary>
    private static string Wrapped<T>(LayerScope<T> scope, string name, string image, int axis, int size, int before, int after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (before == 0 && after == 0)
        {
            return image;
        }

        var parts = new List<string>();
        if (before > 0)
        {
            parts.Add(Slice(scope, name + "_before", image, axis, size - before, size));
        }

        parts.Add(image);
        if (after > 0)
        {
            parts.Add(Slice(scope, name + "_after", image, axis, 0, after));
        }

        return scope.Step("Concat", name + "_wrapped", parts, OnnxAttribute.Of("axis", (long)axis));
    }

    private static string Slice<T>(LayerScope<T> scope, string name, string image, int axis, int start, int end)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => scope.Step("Slice", name, [image, scope.Integers(name + "_start", start), scope.Integers(name + "_end", end), scope.Integers(name + "_axis", axis)]);
}
