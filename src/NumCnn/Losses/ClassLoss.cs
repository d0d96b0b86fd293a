using System.Numerics;

namespace NumCnn;

/// <summary>A loss of class labels: outputs [N, classes, positions], targets [N, positions].</summary>
/// <typeparam name="T">The outputs' type.</typeparam>
public abstract class ClassLoss<T> : Loss<T, int>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected ClassLoss(int classes, int positions, int ignoreIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(positions);
        Classes = classes;
        Positions = positions;
        IgnoreIndex = ignoreIndex;
    }

    /// <summary>The number of classes; labels run from 0 below it.</summary>
    public int Classes { get; }

    /// <summary>Labels of a sample: 1, or the pixels of a dense prediction.</summary>
    public int Positions { get; }

    /// <summary>The label of targets that do not count.</summary>
    public int IgnoreIndex { get; }

    /// <inheritdoc/>
    public sealed override T Evaluate(ReadOnlySpan<T> outputs, ReadOnlySpan<int> targets, int samples, Span<T> gradient)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        CheckLengths(outputs.Length, checked(Classes * Positions * samples), targets.Length, checked(Positions * samples), samples, gradient.Length);
        int counted = CountLabels(targets);
        return T.CreateTruncating(Average(outputs, targets, counted, gradient));
    }

    /// <summary>The mean over checked targets, and its gradient.</summary>
    private protected abstract double Average(ReadOnlySpan<T> outputs, ReadOnlySpan<int> targets, int counted, Span<T> gradient);

    /// <summary>Where the score of class 0 lies for a target; the others follow at distances of <see cref="Positions"/>.</summary>
    private protected int FirstClass(int target) => target / Positions * Classes * Positions + target % Positions;

    private int CountLabels(ReadOnlySpan<int> targets)
    {
        int counted = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            if (targets[i] == IgnoreIndex)
            {
                continue;
            }

            if ((uint)targets[i] >= (uint)Classes)
            {
                throw new ArgumentOutOfRangeException(nameof(targets), targets[i], $"Target {i} has label {targets[i]}, but there are {Classes} classes: labels run from 0 to {Classes - 1}.");
            }

            counted++;
        }

        return counted;
    }
}

/// <summary>Negative log likelihood of log-probabilities, averaged over the targets that count: PyTorch's NLLLoss.</summary>
/// <typeparam name="T">The outputs' type.</typeparam>
/// <param name="classes">The number of classes.</param>
/// <param name="positions">Labels of a sample.</param>
/// <param name="ignoreIndex">The label of targets that do not count.</param>
public sealed class NllLoss<T>(int classes, int positions, int ignoreIndex) : ClassLoss<T>(classes, positions, ignoreIndex)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected override double Average(ReadOnlySpan<T> outputs, ReadOnlySpan<int> targets, int counted, Span<T> gradient)
    {
        gradient.Clear();
        double sum = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            if (targets[i] == IgnoreIndex)
            {
                continue;
            }

            int at = FirstClass(i) + targets[i] * Positions;
            sum -= double.CreateTruncating(outputs[at]);
            if (gradient.Length > 0)
            {
                gradient[at] = T.CreateTruncating(-1.0 / counted);
            }
        }

        return sum / counted;
    }
}
