using System.Numerics;

namespace NumCnn.Onnx.Layers;

/// <summary>Normalising layers, with their learned scale and shift.</summary>
internal static class Normalisation
{
    public static void BatchNorm<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = scope.InputShape[0];
        scope.EmitFrom(
            "BatchNormalization",
            [scope.Input, WeightOrOnes(scope, channels), BiasOrZeros(scope, channels), scope.Parameter("running_mean"), scope.Parameter("running_var")],
            Epsilon(scope));
    }

    public static void LayerNorm<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] shape = [.. scope.InputShape];
        string weight = scope.Has("weight") ? scope.Parameter("weight", shape) : scope.Filled("ones", shape, 1);
        string[] operands = scope.Has("bias") ? [scope.Input, weight, scope.Parameter("bias", shape)] : [scope.Input, weight];
        scope.EmitFrom("LayerNormalization", operands, OnnxAttribute.Of("axis", 1L), Epsilon(scope));
    }

    /// <summary>GroupNormalization of opset 18 has a weight a group instead of one a channel; so: groups as the instances of InstanceNormalization.</summary>
    public static void GroupNorm<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int groups = scope.Int("num_groups");
        int channels = scope.InputShape[0];
        string grouped = scope.Step("Reshape", "grouped", [scope.Input, scope.Integers("groups", 0, groups, -1)]);
        string normalised = scope.Step("InstanceNormalization", "normalised", [grouped, scope.Filled("ones", [groups], 1), scope.Filled("zeros", [groups], 0)], Epsilon(scope));
        string shape = scope.Integers("shape", [0, .. scope.InputShape.Select(static size => (long)size)]);
        if (!scope.Has("weight"))
        {
            scope.EmitFrom("Reshape", [normalised, shape]);
            return;
        }

        int[] perChannel = [channels, .. scope.InputShape.Skip(1).Select(static _ => 1)];
        string ungrouped = scope.Step("Reshape", "ungrouped", [normalised, shape]);
        string scaled = scope.Step("Mul", "scaled", [ungrouped, scope.Parameter("weight", perChannel)]);
        scope.EmitFrom("Add", [scaled, scope.Parameter("bias", perChannel)]);
    }

    public static void InstanceNorm<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = scope.InputShape[0];
        scope.EmitFrom("InstanceNormalization", [scope.Input, WeightOrOnes(scope, channels), BiasOrZeros(scope, channels)], Epsilon(scope));
    }

    private static OnnxAttribute Epsilon<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => OnnxAttribute.Of("epsilon", scope.Number("eps"));

    private static string WeightOrOnes<T>(LayerScope<T> scope, int channels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => scope.Has("weight") ? scope.Parameter("weight") : scope.Filled("ones", [channels], 1);

    private static string BiasOrZeros<T>(LayerScope<T> scope, int channels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => scope.Has("bias") ? scope.Parameter("bias") : scope.Filled("zeros", [channels], 0);
}
