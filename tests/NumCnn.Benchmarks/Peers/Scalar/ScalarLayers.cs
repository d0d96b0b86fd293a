namespace NumCnn.Benchmarks.Peers.Scalar;

/// <summary>The loops of each kind of layer that the compared networks have.</summary>
internal static class ScalarLayers
{
    public static Action Of(LayerOptions options, ParameterSet<float> parameters, float[][] inputs, float[] output)
    {
        var layer = options.Layer;
        float[] input = inputs[0];
        return layer.Kind switch
        {
            "conv2d" => new ScalarConvolution(options, parameters, input, output).Run,
            "linear" => Linear(Values(parameters, layer, "weight")!, Values(parameters, layer, "bias") ?? new float[output.Length], input, output),
            "max_pool2d" or "avg_pool2d" => new ScalarPool(options, input, output).Run,
            "batch_norm2d" or "batch_norm1d" => BatchNorm(options, parameters, input, output),
            "global_avg_pool2d" => () => GlobalAverage(input, output),
            "relu" => () => Relu(input, output),
            "tanh" => () => Tanh(input, output),
            "sigmoid" => () => Sigmoid(input, output),
            "flatten" => () => input.CopyTo(output, 0),
            "add" => () => Add(input, inputs[1], output),
            _ => throw new NotSupportedException($"{layer.Kind} has no scalar loop."),
        };
    }

    public static float[]? Values(ParameterSet<float> parameters, LayerInfo layer, string name) => parameters.TryGet($"{layer.Name}.{name}", out var parameter) ? parameter.ToArray() : null;

    private static Action Linear(float[] weight, float[] bias, float[] input, float[] output) => () =>
    {
        int start = 0;
        for (int o = 0; o < output.Length; o++)
        {
            var row = weight.AsSpan(start, input.Length);
            float sum = bias[o];
            for (int i = 0; i < row.Length; i++)
            {
                sum += row[i] * input[i];
            }

            output[o] = sum;
            start += input.Length;
        }
    };

    private static Action BatchNorm(LayerOptions options, ParameterSet<float> parameters, float[] input, float[] output)
    {
        var layer = options.Layer;
        float[] mean = Values(parameters, layer, "running_mean")!;
        float[] variance = Values(parameters, layer, "running_var")!;
        float[]? weight = Values(parameters, layer, "weight");
        float[]? bias = Values(parameters, layer, "bias");
        var scale = new float[mean.Length];
        var shift = new float[mean.Length];
        for (int c = 0; c < mean.Length; c++)
        {
            scale[c] = (weight?[c] ?? 1) / MathF.Sqrt(variance[c] + options.Number("eps"));
            shift[c] = (bias?[c] ?? 0) - (mean[c] * scale[c]);
        }

        int pixels = input.Length / mean.Length;
        return () =>
        {
            for (int c = 0, start = 0; c < scale.Length; c++, start += pixels)
            {
                var (factor, offset) = (scale[c], shift[c]);
                var from = input.AsSpan(start, pixels);
                var to = output.AsSpan(start, pixels);
                for (int i = 0; i < from.Length; i++)
                {
                    to[i] = (from[i] * factor) + offset;
                }
            }
        };
    }

    private static void GlobalAverage(float[] input, float[] output)
    {
        int pixels = input.Length / output.Length;
        for (int c = 0; c < output.Length; c++)
        {
            float sum = 0;
            foreach (float value in input.AsSpan(c * pixels, pixels))
            {
                sum += value;
            }

            output[c] = sum / pixels;
        }
    }

    private static void Relu(float[] input, float[] output)
    {
        for (int i = 0; i < input.Length; i++)
        {
            output[i] = input[i] > 0 ? input[i] : 0;
        }
    }

    private static void Tanh(float[] input, float[] output)
    {
        for (int i = 0; i < input.Length; i++)
        {
            output[i] = MathF.Tanh(input[i]);
        }
    }

    private static void Sigmoid(float[] input, float[] output)
    {
        for (int i = 0; i < input.Length; i++)
        {
            output[i] = 1 / (1 + MathF.Exp(-input[i]));
        }
    }

    private static void Add(float[] left, float[] right, float[] output)
    {
        for (int i = 0; i < left.Length; i++)
        {
            output[i] = left[i] + right[i];
        }
    }
}
