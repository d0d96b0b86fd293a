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
    /// <summary>L is a sum of some hundred terms near 1, so its rounding, over 2h, is near 1e-10; the layers are linear between the places where a maximum changes.</summary>
    public const double Tolerance = 1e-8;

    private const double Step = 1e-5;

    public static GradientCheck Of(LayerCase<double> layer)
    {
        double[] gradient = layer.Run();
        double[] parameterGradient = [.. layer.Network.Parameters.SelectMany(parameter => parameter.Gradient.ToArray())];
        double[] weights = layer.OutputGradient();
        double[] input = [.. layer.Input];
        double inputError = 0;
        for (int i = 0; i < input.Length; i++)
        {
            double value = input[i];
            double slope = Slope(moved => input[i] = moved, value, () => Sum(weights, layer.Network.Forward(input)));
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

    private static double Slope(Action<double> move, double value, Func<double> loss)
    {
        move(value + Step);
        double above = loss();
        move(value - Step);
        double below = loss();
        move(value);
        return (above - below) / (2 * Step);
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
