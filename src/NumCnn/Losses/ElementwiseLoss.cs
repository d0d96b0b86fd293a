using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
        return T.CreateTruncating(Sum(outputs, targets, gradient, count) / count);
    }

    /// <summary>The losses of all elements, added up, and their derivatives by the outputs, divided by the count.</summary>
    private protected abstract double Sum(ReadOnlySpan<T> outputs, ReadOnlySpan<T> targets, Span<T> gradient, double count);

    /// <summary>What the sum is divided by: the number of elements, as PyTorch's reduction 'mean' does.</summary>
    private protected virtual double Divisor(int elements, int samples) => elements;

    /// <summary>The number of outputs that so many samples have, if it is known; else the given one, which must be a multiple of theirs.</summary>
    private protected virtual int LengthOf(int outputs, int samples) =>
        outputs == 0 || (samples > 0 && outputs % samples == 0)
            ? outputs
            : throw new ArgumentException($"{outputs} outputs are no multiple of {samples} samples.", nameof(outputs));
}

/// <summary>An elementwise loss that is computed one element at a time.</summary>
/// <typeparam name="T">The type of outputs and targets.</typeparam>
public abstract class PointwiseLoss<T> : ElementwiseLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected PointwiseLoss()
    {
    }

    /// <inheritdoc/>
    private protected sealed override double Sum(ReadOnlySpan<T> outputs, ReadOnlySpan<T> targets, Span<T> gradient, double count)
    {
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

        return sum;
    }

    /// <summary>The loss of one element, and its derivative by the output.</summary>
    private protected abstract double Point(double output, double target, int index, out double derivative);
}

/// <summary>Squared errors, of which a network with a large output has millions: a call for each would take longer than the network.</summary>
internal static class SquaredErrors
{
    /// <summary>Σ (output − target)², and factor · (output − target) as the gradient, where one is wanted.</summary>
    /// <remarks>Four sums take the elements in turns, since one would wait for each of its additions; they are added up in order.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum<T>(ReadOnlySpan<T> outputs, ReadOnlySpan<T> targets, Span<T> gradient, double factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T output = ref MemoryMarshal.GetReference(outputs), target = ref MemoryMarshal.GetReference(targets), derivative = ref MemoryMarshal.GetReference(gradient);
        bool wantsGradient = gradient.Length > 0;
        int whole = typeof(T) == typeof(float) || typeof(T) == typeof(double) ? outputs.Length - (outputs.Length % 4) : 0;
        var sums = Vector256<double>.Zero;
        for (nuint i = 0; i < (nuint)whole; i += 4)
        {
            var difference = Load(ref output, i) - Load(ref target, i);
            sums += difference * difference;
            if (wantsGradient)
            {
                Store(difference * factor, ref derivative, i);
            }
        }

        double sum = sums[0] + sums[1] + sums[2] + sums[3];
        for (int i = whole; i < outputs.Length; i++)
        {
            double difference = double.CreateTruncating(outputs[i]) - double.CreateTruncating(targets[i]);
            sum += difference * difference;
            if (wantsGradient)
            {
                gradient[i] = T.CreateTruncating(factor * difference);
            }
        }

        return sum;
    }

    private static Vector256<double> Load<T>(ref T start, nuint i)
        where T : unmanaged
        => typeof(T) == typeof(float)
            ? Vector256.WidenLower(Vector128.LoadUnsafe(ref Unsafe.As<T, float>(ref start), i).ToVector256Unsafe())
            : Vector256.LoadUnsafe(ref Unsafe.As<T, double>(ref start), i);

    private static void Store<T>(Vector256<double> values, ref T start, nuint i)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            Vector256.Narrow(values, values).GetLower().StoreUnsafe(ref Unsafe.As<T, float>(ref start), i);
        }
        else
        {
            values.StoreUnsafe(ref Unsafe.As<T, double>(ref start), i);
        }
    }
}

/// <summary>The mean squared error over all elements: PyTorch's MSELoss.</summary>
/// <typeparam name="T">The type of outputs and targets.</typeparam>
public sealed class MseLoss<T> : ElementwiseLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected override double Sum(ReadOnlySpan<T> outputs, ReadOnlySpan<T> targets, Span<T> gradient, double count)
        => SquaredErrors.Sum(outputs, targets, gradient, 2 / count);
}

/// <summary>Half the sum of squared errors of a sample, averaged over samples.</summary>
/// <typeparam name="T">The type of outputs and targets.</typeparam>
/// <param name="length">Outputs of a sample.</param>
public sealed class HalfSquaredErrorLoss<T>(int length) : ElementwiseLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected override double Divisor(int elements, int samples) => samples;

    private protected override double Sum(ReadOnlySpan<T> outputs, ReadOnlySpan<T> targets, Span<T> gradient, double count)
        => 0.5 * SquaredErrors.Sum(outputs, targets, gradient, 1 / count);

    private protected override int LengthOf(int outputs, int samples) => checked(length * samples);
}

/// <summary>The mean absolute error over all elements: PyTorch's L1Loss. The derivative at 0 is 0.</summary>
/// <typeparam name="T">The type of outputs and targets.</typeparam>
public sealed class L1Loss<T> : PointwiseLoss<T>
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
public sealed class SmoothL1Loss<T> : PointwiseLoss<T>
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
public sealed class BceWithLogitsLoss<T> : PointwiseLoss<T>
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
public sealed class BceLoss<T> : PointwiseLoss<T>
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
