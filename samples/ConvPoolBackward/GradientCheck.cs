namespace Samples.ConvPoolBackward;

/// <summary>
/// What backward says, against what forward does: for every input and parameter, (L(v + h) − L(v − h)) / 2h with L = Σ dy·y.
/// No reference has a part in it.
/// </summary>
/// <param name="Inputs">The number of inputs that were moved.</param>
/// <param name="InputError">The largest difference.</param>
/// <param name="Parameters">The number of weights and biases that were moved.</param>
/// <param name="ParameterError">The largest difference.</param>
internal sealed record GradientCheck(int Inputs, double InputError, int Parameters, double ParameterError)
{
    /// <summary>The rounding of L, which is a sum of some hundred products near 1, over 2h.</summary>
    public const double Tolerance = 1e-8;

    // A convolution is linear, so h may be large; between the values of a pooling's window a small step must not change the largest.
    private static double Step(bool isConvolution) => isConvolution ? 1e-3 : 1e-5;

    public static GradientCheck Of(LayerCase<double> layer)
    {
        double step = Step(layer.IsConvolution);
        double[] gradient = layer.Run();
        double[] parameterGradient = [.. layer.Network.Parameters.SelectMany(parameter => parameter.Gradient.ToArray())];
        double[] weights = layer.OutputGradient();
        double[] input = [.. layer.Input];
        double inputError = 0;
        for (int i = 0; i < input.Length; i++)
        {
            double value = input[i];
            double slope = Slope(step, moved => input[i] = moved, value, () => Sum(weights, layer.Network.Forward(input)));
            inputError = Math.Max(inputError, Math.Abs(slope - gradient[i]));
        }

        double parameterError = 0;
        int count = 0;
        foreach (var parameter in layer.Network.Parameters)
        {
            double[] values = parameter.ToArray();
            for (int i = 0; i < values.Length; i++, count++)
            {
                double slope = Slope(
                    step,
                    moved =>
                    {
                        values[i] = moved;
                        parameter.CopyFrom(values);
                    },
                    values[i],
                    () => Sum(weights, layer.Network.Forward(layer.Input)));
                parameterError = Math.Max(parameterError, Math.Abs(slope - parameterGradient[count]));
            }
        }

        return new GradientCheck(input.Length, inputError, count, parameterError);
    }

    private static double Slope(double step, Action<double> move, double value, Func<double> loss)
    {
        move(value + step);
        double above = loss();
        move(value - step);
        double below = loss();
        move(value);
        return (above - below) / (2 * step);
    }

    private static double Sum(ReadOnlySpan<double> weights, ReadOnlySpan<double> values)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += weights[i] * values[i];
        }

        return sum;
    }
}
