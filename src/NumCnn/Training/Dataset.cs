using NumCnn.Random;

namespace NumCnn;

/// <summary>Samples in memory: their inputs and their targets, one after the other. Holds views, copies nothing.</summary>
/// <typeparam name="T">The inputs' type.</typeparam>
/// <typeparam name="TTarget">The targets' type: <see cref="int"/> for class labels.</typeparam>
public sealed class Dataset<T, TTarget>
    where T : unmanaged
    where TTarget : unmanaged
{
    /// <summary>Creates a data set.</summary>
    /// <param name="inputs">[samples, input shape].</param>
    /// <param name="targets">[samples, target shape]: a label each, or as many values as the network has outputs.</param>
    /// <param name="samples">The number of samples, at least 1.</param>
    /// <exception cref="ArgumentException">A length is no multiple of the number of samples.</exception>
    public Dataset(ReadOnlyMemory<T> inputs, ReadOnlyMemory<TTarget> targets, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        Inputs = inputs;
        Targets = targets;
        Count = samples;
        InputLength = Whole(inputs.Length, samples, nameof(inputs));
        TargetLength = Whole(targets.Length, samples, nameof(targets));
    }

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>Elements of a sample's input.</summary>
    public int InputLength { get; }

    /// <summary>Elements of a sample's target.</summary>
    public int TargetLength { get; }

    /// <summary>All inputs.</summary>
    public ReadOnlyMemory<T> Inputs { get; }

    /// <summary>All targets.</summary>
    public ReadOnlyMemory<TTarget> Targets { get; }

    /// <summary>Some samples in a row.</summary>
    /// <param name="start">The first one.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <returns>A view of them.</returns>
    public Dataset<T, TTarget> Slice(int start, int count) => new(
        Inputs.Slice(checked(start * InputLength), checked(count * InputLength)),
        Targets.Slice(checked(start * TargetLength), checked(count * TargetLength)),
        count);

    /// <summary>Splits the samples at random: for training and validation.</summary>
    /// <param name="firstCount">Samples of the first part, at least 1 and fewer than all.</param>
    /// <param name="seed">Selects the split.</param>
    /// <returns>Two data sets that own copies of their samples.</returns>
    public (Dataset<T, TTarget> First, Dataset<T, TTarget> Second) Split(int firstCount, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(firstCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(firstCount, Count);
        int[] order = new int[Count];
        SampleOrder.Shuffle(order, seed, epoch: 0);
        return (Take(order.AsSpan(0, firstCount)), Take(order.AsSpan(firstCount)));
    }

    /// <summary>Copies samples into a batch.</summary>
    internal void Gather(ReadOnlySpan<int> order, Span<T> inputs, Span<TTarget> targets)
    {
        for (int i = 0; i < order.Length; i++)
        {
            Inputs.Span.Slice(order[i] * InputLength, InputLength).CopyTo(inputs[(i * InputLength)..]);
            Targets.Span.Slice(order[i] * TargetLength, TargetLength).CopyTo(targets[(i * TargetLength)..]);
        }
    }

    private Dataset<T, TTarget> Take(ReadOnlySpan<int> order)
    {
        var inputs = new T[order.Length * InputLength];
        var targets = new TTarget[order.Length * TargetLength];
        Gather(order, inputs, targets);
        return new Dataset<T, TTarget>(inputs, targets, order.Length);
    }

    private static int Whole(int length, int samples, string name) => length % samples == 0
        ? length / samples
        : throw new ArgumentException($"{length} elements are no multiple of {samples} samples.", name);
}
