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

    /// <summary>Whether so many weights, or elements that are prepared of them, leave the second cache. Their storage says so before a step reads it: where an image is divided depends on it.</summary>
    public bool IsStreamed(int length, DType type) => (long)length * (type == DType.Float32 ? 4 : 8) >= Stream;
}
