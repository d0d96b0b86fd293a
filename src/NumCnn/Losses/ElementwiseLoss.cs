using System.Numerics;

namespace NumCnn;

/// <summary>A loss that compares each output with its own target and averages over all of them.</summary>
/// <typeparam name="T">The type of outputs and targets.</typeparam>
public abstract class ElementwiseLoss<T> : Loss<T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected ElementwiseLoss()
    {
    }

    /// <inheritdoc/>
    public sealed override T Evaluate(ReadOnlySpan<T> outputs, ReadOnlySpan<T> targets, int samples, Span<T> gradient)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        int length = LengthOf(outputs.Length, samples);
        CheckLengths(outputs.Length, length, targets.Length, length, samples, gradient.Length);
        double count = Divisor(outputs.Length, samples);
        double sum = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            double output = double.CreateTruncating(outputs[i]);
            double target = double.CreateTruncating(targets[i]);
            sum += Point(output, target, i, out double derivative);
            if (gradient.Length > 0)
            {
                gradient[i] = T.CreateTruncating(derivative / count);
            }
        }

        return T.CreateTruncating(sum / count);
    }

    /// <summary>The loss of one element, and its derivative by the output.</summary>
    private protected abstract double Point(double output, double target, int index, out double derivative);

    /// <summary>What the sum is divided by: the number of elements, as PyTorch's reduction 'mean' does.</summary>
    private protected virtual double Divisor(int elements, int samples) => elements;

    /// <summary>The number of outputs that so many samples have, if it is known; else the given one, which must be a multiple of theirs.</summary>
    private protected virtual int LengthOf(int outputs, int samples) =>
        outputs == 0 || (samples > 0 && outputs % samples == 0)
            ? outputs
            : throw new ArgumentException($"{outputs} outputs are no multiple of {samples} samples.", nameof(outputs));
}

/// <summary>The mean squared error over all elements: PyTorch's MSELoss.</summary>
/// <typeparam name="T">The type of outputs and targets.</typeparam>
public sealed class MseLoss<T> : ElementwiseLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected override double Point(double output, double target, int index, out double derivative)
    {
        double difference = output - target;
        derivative = 2 * difference;
        return difference * difference;
    }
}

/// <summary>Half the sum of squared errors of a sample, averaged over samples.</summary>
/// <typeparam name="T">The type of outputs and targets.</typeparam>
/// <param name="length">Outputs of a sample.</param>
public sealed class HalfSquaredErrorLoss<T>(int length) : ElementwiseLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected override double Divisor(int elements, int samples) => samples;

    private protected override int LengthOf(int outputs, int samples) => checked(length * samples);

    private protected override double Point(double output, double target, int index, out double derivative)
    {
        derivative = output - target;
        return 0.5 * derivative * derivative;
    }
}

/// <summary>The mean absolute error over all elements: PyTorch's L1Loss. The derivative at 0 is 0.</summary>
/// <typeparam name="T">The type of outputs and targets.</typeparam>
public sealed class L1Loss<T> : ElementwiseLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected override double Point(double output, double target, int index, out double derivative)
    {
        double difference = output - target;
        derivative = difference > 0 ? 1 : difference < 0 ? -1 : difference;
        return Math.Abs(difference);
    }
}

/// <summary>Squared below beta and absolute above, joined smoothly: PyTorch's SmoothL1Loss.</summary>
/// <remarks>With a beta of 0 the derivative at 0 is 0, as L1Loss has it; PyTorch's own SmoothL1Loss gives −1 there.</remarks>
/// <typeparam name="T">The type of outputs and targets.</typeparam>
public sealed class SmoothL1Loss<T> : ElementwiseLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _beta;

    /// <summary>Creates the loss.</summary>
    /// <param name="beta">Where the square ends, at least 0; 0 gives the absolute error.</param>
    /// <exception cref="ArgumentOutOfRangeException">beta is negative or NaN.</exception>
    public SmoothL1Loss(double beta)
    {
        if (!(beta >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "beta must be at least 0.");
        }

        _beta = beta;
    }

    private protected override double Point(double output, double target, int index, out double derivative)
    {
        double difference = output - target;
        double size = Math.Abs(difference);
        if (size < _beta)
        {
            derivative = difference / _beta;
            return 0.5 * difference * difference / _beta;
        }

        derivative = difference > 0 ? 1 : difference < 0 ? -1 : difference;
        return size - 0.5 * _beta;
    }
}

/// <summary>Binary cross-entropy of logits: PyTorch's BCEWithLogitsLoss. Finite for every finite logit.</summary>
/// <typeparam name="T">The type of outputs and targets.</typeparam>
public sealed class BceWithLogitsLoss<T> : ElementwiseLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected override double Point(double output, double target, int index, out double derivative)
    {
        // max(x, 0) − x·y + log(1 + e^−|x|): no exponent is positive, so nothing overflows.
        double tail = Math.Exp(-Math.Abs(output));
        derivative = (output >= 0 ? 1 / (1 + tail) : tail / (1 + tail)) - target;
        return Math.Max(output, 0) - output * target + StableMath.LogOnePlus(tail);
    }
}

/// <summary>
/// Binary cross-entropy of probabilities: PyTorch's BCELoss. As there, a logarithm is not let below −100, and the
/// derivative's denominator not below 1e-12.
/// </summary>
/// <typeparam name="T">The type of outputs and targets.</typeparam>
public sealed class BceLoss<T> : ElementwiseLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double LowestLogarithm = -100;
    private const double LowestDenominator = 1e-12f; // PyTorch's constant is a float, for doubles too

    private protected override double Point(double output, double target, int index, out double derivative)
    {
        if (output is < 0 or > 1)
        {
            throw new ArgumentOutOfRangeException(nameof(output), output, $"Output {index} is no probability; bce needs values from 0 to 1 (bce_with_logits takes any).");
        }

        derivative = (output - target) / Math.Max((1 - output) * output, LowestDenominator);
        double hit = Math.Max(Math.Log(output), LowestLogarithm);
        double miss = Math.Max(StableMath.LogOnePlus(-output), LowestLogarithm);
        return (target - 1) * miss - target * hit;
    }
}
