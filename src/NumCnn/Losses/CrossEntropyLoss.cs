using System.Buffers;
using System.Numerics;

namespace NumCnn;

/// <summary>Cross-entropy of logits against labels: PyTorch's CrossEntropyLoss, with label_smoothing and ignore_index.</summary>
/// <remarks>
/// The label's term and the smoothing term are both means over the targets that count.
/// </remarks>
/// <typeparam name="T">The outputs' type.</typeparam>
public sealed class CrossEntropyLoss<T> : ClassLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _labelSmoothing;

    /// <summary>Creates the loss.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="positions">Labels of a sample.</param>
    /// <param name="labelSmoothing">The share of the target's probability, 0 to 1, that is spread evenly over all classes.</param>
    /// <param name="ignoreIndex">The label of targets that do not count; PyTorch's default is -100.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is not positive, or the smoothing is outside 0 to 1.</exception>
    public CrossEntropyLoss(int classes, int positions, double labelSmoothing, int ignoreIndex)
        : base(classes, positions, ignoreIndex)
    {
        if (!(labelSmoothing is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "label_smoothing must lie between 0 and 1.");
        }

        _labelSmoothing = labelSmoothing;
    }

    private protected override double Average(ReadOnlySpan<T> outputs, ReadOnlySpan<int> targets, int counted, Span<T> gradient)
    {
        gradient.Clear();

        // Not on the stack: clearing it with vectors would make every call of exp wait, which is compiled without them.
        double[] powers = ArrayPool<double>.Shared.Rent(Classes);
        try
        {
            return Average(outputs, targets, counted, gradient, powers.AsSpan(0, Classes));
        }
        finally
        {
            ArrayPool<double>.Shared.Return(powers);
        }
    }

    private double Average(ReadOnlySpan<T> outputs, ReadOnlySpan<int> targets, int counted, Span<T> gradient, Span<double> powers)
    {
        double hits = 0, smooth = 0;
        double hitWeight = (1 - _labelSmoothing) / counted;
        double smoothWeight = _labelSmoothing / ((double)Classes * counted);
        for (int i = 0; i < targets.Length; i++)
        {
            if (targets[i] == IgnoreIndex)
            {
                continue;
            }

            int first = FirstClass(i);
            double sum = SumOfPowers(outputs, first, powers, out double max);
            double logSum = max + Math.Log(sum);
            hits += logSum - At(outputs, first + targets[i] * Positions);
            if (_labelSmoothing > 0)
            {
                for (int c = 0; c < Classes; c++)
                {
                    smooth += logSum - At(outputs, first + c * Positions);
                }
            }

            if (gradient.Length > 0)
            {
                FillGradient(powers, sum, gradient, first, targets[i], hitWeight, smoothWeight);
            }
        }

        return counted == 0 ? double.NaN : hits * hitWeight + smooth * smoothWeight;
    }

    private void FillGradient(ReadOnlySpan<double> powers, double sum, Span<T> gradient, int first, int label, double hitWeight, double smoothWeight)
    {
        double total = hitWeight + Classes * smoothWeight; // 1 / counted
        for (int c = 0; c < powers.Length; c++)
        {
            double target = (c == label ? hitWeight : 0) + smoothWeight;
            gradient[first + c * Positions] = T.CreateTruncating(powers[c] / sum * total - target);
        }
    }

    /// <summary>e to each score less the largest, and the sum of all.</summary>
    private double SumOfPowers(ReadOnlySpan<T> outputs, int first, Span<double> powers, out double max)
    {
        max = double.NegativeInfinity;
        for (int c = 0; c < Classes; c++)
        {
            max = Math.Max(max, At(outputs, first + c * Positions));
        }

        double sum = 0;
        for (int c = 0; c < powers.Length; c++)
        {
            powers[c] = Math.Exp(At(outputs, first + c * Positions) - max);
            sum += powers[c];
        }

        return sum;
    }

    private static double At(ReadOnlySpan<T> outputs, int index) => double.CreateTruncating(outputs[index]);
}
