using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

/// <summary>What is large enough for what does not pay in small networks.</summary>
/// <param name="Network">Multiply-adds of a sample from which on the runtime wakes a thread for it (<c>WorkerPool.LeastWork</c>).</param>
/// <param name="Step">Cycles of a step that is worth a meeting of the threads, and that what it writes then lies in the other's cache.</param>
/// <param name="Item">Cycles of an item, of which a thread gets many at once.</param>
/// <param name="Cost">What dividing may cost a thread that does all items alone, as a factor.</param>
/// <param name="Values">Bytes of a thread's values that stay in the second cache beside the weights: borders of zeros that nobody writes over are worth more memory up to here.</param>
/// <param name="Stream">Bytes of weights that the second cache does not keep from one call to the next, beside everything else that passes through it.</param>
/// <param name="Kept">Bytes of what a sample keeps from one stage of a training step to another: those of a batch do not stay in the second cache.</param>
internal sealed record SizeLimits(long Network, double Step, double Item, double Cost, long Values, long Stream, long Kept)
{
    public static SizeLimits Default { get; } = new(2_000_000, 4_000, 100, 1.015, 512 << 10, 1 << 20, 64 << 10);

    /// <summary>A storage of weights, or of what is prepared of them, which knows whether it is streamed before a step reads it: where an image is divided depends on it.</summary>
    public Storage Marked(Storage weights, DType type)
    {
        weights.IsStreamed = (long)weights.Length * (type == DType.Float32 ? 4 : 8) >= Stream;
        return weights;
    }
}
