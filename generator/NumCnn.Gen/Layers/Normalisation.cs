using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>Nodes and parameters of the normalising layers.</summary>
internal static class Normalisation
{
    public static Value? AddBatchNorm(LayerScope scope)
    {
        int channels = scope.Input.Shape.Channels;
        if (!scope.TryAffine(channels, out var weight, out var bias))
        {
            return null;
        }

        var mean = scope.Register(ParameterTensor.PerChannel(scope.Name + ".running_mean", channels, scope.Block, trainable: false, isBuffer: true, new ParameterInit.Constant(0)));
        var variance = scope.Register(ParameterTensor.PerChannel(scope.Name + ".running_var", channels, scope.Block, trainable: false, isBuffer: true, new ParameterInit.Constant(1)));
        return scope.Add(new BatchNormNode(
            scope.Name,
            scope.Input,
            weight,
            bias,
            mean,
            variance,
            scope.Options.Number("eps"),
            scope.Options.Number("momentum"),
            scope.Graph.BatchCounters++,
            scope.Spec.Frozen, scope.Block));
    }

    public static Value? AddGroupNorm(LayerScope scope, int groups)
    {
        var shape = scope.Input.Shape;
        if (shape.Channels / groups * shape.Pixels == 1)
        {
            scope.Fail(Rules.SingleValueNorm, null, scope.Name, scope.Spec.Kind, shape.ToString());
        }

        return scope.TryAffine(shape.Channels, out var weight, out var bias)
            ? scope.Add(new GroupNormNode(scope.Name, scope.Input, groups, scope.Options.Number("eps"), weight, bias, perElement: false, scope.Block))
            : null;
    }

    /// <summary>One group of all channels; scale and shift have the sample's shape and lie in memory as images do.</summary>
    public static Value? AddLayerNorm(LayerScope scope)
    {
        var shape = scope.Input.Shape;
        if (shape.Length == 1)
        {
            scope.Fail(Rules.SingleValueNorm, null, scope.Name, scope.Spec.Kind, shape.ToString());
        }

        ParameterTensor? weight = null;
        ParameterTensor? bias = null;
        if (scope.Options.Flag("affine"))
        {
            int[] sizes = shape.ToArray();
            var weightInit = scope.Initial(scope.Spec.Weight, "weight", sizes, new ParameterInit.Constant(1));
            var biasInit = scope.Initial(scope.Spec.Bias, "bias", sizes, new ParameterInit.Constant(0));
            if (weightInit is null || biasInit is null)
            {
                return null;
            }

            weight = Register("weight", weightInit);
            bias = Register("bias", biasInit);

            ParameterTensor Register(string name, ParameterInit initial)
            {
                int pitch = ParameterTensor.Padded(shape.Channels, scope.Block);
                (int, int)[][] layout = shape.IsFeatures
                    ? [[(shape.Channels, 1)]]
                    : [[(shape.Channels, 1)], [(shape.Rows, shape.Columns * pitch)], [(shape.Columns, pitch)]];
                return scope.Register(new ParameterTensor($"{scope.Name}.{name}", sizes, layout, checked(shape.Pixels * pitch), scope.Trainable, isBuffer: false, initial));
            }
        }

        return scope.Add(new GroupNormNode(scope.Name, scope.Input, 1, scope.Options.Number("eps"), weight, bias, perElement: true, scope.Block));
    }
}
