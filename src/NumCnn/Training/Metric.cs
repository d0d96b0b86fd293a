using System.Numerics;

namespace NumCnn;

/// <summary>A figure of merit that is gathered batch by batch over a data set.</summary>
/// <typeparam name="T">The outputs' type.</typeparam>
/// <typeparam name="TTarget">The targets' type.</typeparam>
public abstract class Metric<T, TTarget>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTarget : unmanaged
{
    /// <summary>Its name in reports, such as accuracy.</summary>
    public abstract string Name { get; }

    /// <summary>Whether more is better.</summary>
    public abstract bool HigherIsBetter { get; }

    /// <summary>The figure over all batches since <see cref="Reset"/>; NaN before the first.</summary>
    public abstract double Value { get; }

    /// <summary>Begins anew.</summary>
    public abstract void Reset();

    /// <summary>Takes a batch in.</summary>
    /// <param name="outputs">The network's outputs, sample after sample.</param>
    /// <param name="targets">The targets of the same samples.</param>
    /// <param name="samples">The number of samples.</param>
    public abstract void Add(ReadOnlySpan<T> outputs, ReadOnlySpan<TTarget> targets, int samples);
}

/// <summary>The share of targets whose class has the highest score. Labels that are no class, such as ignore_index, do not count.</summary>
/// <typeparam name="T">The outputs' type.</typeparam>
/// <param name="classes">The number of classes.</param>
/// <param name="positions">Labels of a sample; scores lie as [classes, positions].</param>
public sealed class Accuracy<T>(int classes, int positions = 1) : Metric<T, int>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <summary>Targets that the network got right.</summary>
    public long Correct { get; private set; }

    /// <summary>Targets that count.</summary>
    public long Total { get; private set; }

    /// <inheritdoc/>
    public override double Value => (double)Correct / Total;

    /// <inheritdoc/>
    public override void Reset() => (Correct, Total) = (0, 0);

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<T> outputs, ReadOnlySpan<int> targets, int samples)
    {
        for (int i = 0; i < targets.Length; i++)
        {
            if ((uint)targets[i] < (uint)classes)
            {
                Total++;
                Correct += Classes.Highest(outputs, classes, positions, i) == targets[i] ? 1 : 0;
            }
        }
    }
}

/// <summary>Counts by true and predicted class. Labels that are no class, such as ignore_index, do not count.</summary>
/// <typeparam name="T">The outputs' type.</typeparam>
/// <param name="classes">The number of classes.</param>
/// <param name="positions">Labels of a sample; scores lie as [classes, positions].</param>
public sealed class ConfusionMatrix<T>(int classes, int positions = 1) : Metric<T, int>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly long[] _counts = new long[checked(classes * classes)];

    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <summary>The number of classes.</summary>
    public int ClassCount => classes;

    /// <summary>The accuracy: the diagonal's share.</summary>
    public override double Value
    {
        get
        {
            long correct = 0, total = 0;
            for (int i = 0; i < _counts.Length; i++)
            {
                total += _counts[i];
                correct += i / classes == i % classes ? _counts[i] : 0;
            }

            return (double)correct / total;
        }
    }

    /// <summary>How many targets of one class were taken for another.</summary>
    /// <param name="actual">The true class.</param>
    /// <param name="predicted">The class with the highest score.</param>
    public long this[int actual, int predicted]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)actual, (uint)classes, nameof(actual));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)predicted, (uint)classes, nameof(predicted));
            return _counts[actual * classes + predicted];
        }
    }

    /// <inheritdoc/>
    public override void Reset() => Array.Clear(_counts);

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<T> outputs, ReadOnlySpan<int> targets, int samples)
    {
        for (int i = 0; i < targets.Length; i++)
        {
            if ((uint)targets[i] < (uint)classes)
            {
                _counts[targets[i] * classes + Classes.Highest(outputs, classes, positions, i)]++;
            }
        }
    }
}

/// <summary>Reads class scores.</summary>
public static class Classes
{
    /// <summary>The class with the highest score; the first of equals.</summary>
    /// <typeparam name="T">The scores' type.</typeparam>
    /// <param name="scores">The scores of all classes.</param>
    /// <returns>The class's index.</returns>
    public static int Highest<T>(ReadOnlySpan<T> scores)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Highest(scores, scores.Length, 1, 0);

    /// <summary>The class of one target among outputs [samples, classes, positions].</summary>
    internal static int Highest<T>(ReadOnlySpan<T> outputs, int classes, int positions, int target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int first = target / positions * classes * positions + target % positions;
        int best = 0;
        for (int c = 1; c < classes; c++)
        {
            if (outputs[first + c * positions] > outputs[first + best * positions])
            {
                best = c;
            }
        }

        return best;
    }
}
