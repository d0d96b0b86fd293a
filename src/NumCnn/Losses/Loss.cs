using System.Numerics;

namespace NumCnn;

/// <summary>A loss as a mean over a batch, and its gradient by the outputs. Sums run in double precision and in a fixed order.</summary>
/// <typeparam name="T">The outputs' type, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <typeparam name="TTarget">The targets' type.</typeparam>
public abstract class Loss<T, TTarget>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTarget : unmanaged
{
    /// <summary>Evaluates the loss of a batch. Allocates nothing.</summary>
    /// <param name="outputs">The network's outputs, sample after sample.</param>
    /// <param name="targets">The targets of the same samples.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="gradient">Receives the gradient by the outputs, in their layout; empty to have the value alone.</param>
    /// <returns>The mean loss; NaN where an output that it depends on is NaN, and for a mean over nothing.</returns>
    /// <exception cref="ArgumentException">Lengths do not belong together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is outside what the loss is defined for.</exception>
    public abstract T Evaluate(ReadOnlySpan<T> outputs, ReadOnlySpan<TTarget> targets, int samples, Span<T> gradient);

    private protected static void CheckLengths(int outputs, int expectedOutputs, int targets, int expectedTargets, int samples, int gradient)
    {
        if (outputs != expectedOutputs)
        {
            throw new ArgumentException($"{outputs} outputs, but {samples} samples have {expectedOutputs}.", nameof(outputs));
        }

        if (targets != expectedTargets)
        {
            throw new ArgumentException($"{targets} targets, but {samples} samples have {expectedTargets}.", nameof(targets));
        }

        if (gradient != 0 && gradient != outputs)
        {
            throw new ArgumentException($"A gradient of {gradient} elements for {outputs} outputs.", nameof(gradient));
        }
    }
}
