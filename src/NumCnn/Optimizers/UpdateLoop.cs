using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NumCnn;

/// <summary>One optimizer's formula, on as many elements as a vector holds.</summary>
internal interface IUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The new values, and the new state in place.</summary>
    Vector<T> Apply(Vector<T> value, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second, ref Vector<T> third);
}

/// <summary>
/// Walks the flat memory with a formula that is written once: the last, partial vector is filled up with zeros and goes
/// through the same operations.
/// </summary>
internal sealed class UpdateLoop<T, TUpdate>(Optimizer.State<T> state) : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TUpdate : struct, IUpdate<T>
{
    // An element's step reads and writes memory, and takes about as long as so many multiply-adds of a kernel.
    private const int WorkPerElement = 32;

    private TUpdate _update;

    /// <summary>Updates all elements. Several threads share them, if there are enough.</summary>
    public void Run(TUpdate update)
    {
        _update = update;
        int length = state.Owner.OwnValues.Length;
        bool share = state.Threads > 1 && (long)length * WorkPerElement > WorkerPool.LeastWork;
        WorkerPool.Shared.RunBlocks(this, length, share ? state.Threads : 1);
    }

    void IParallelWork.Run(int thread, int first, int end)
    {
        var (start, length) = WorkerPool.Elements(first, end, state.Owner.OwnValues.Length);
        Run(
            _update,
            state.Owner.OwnValues.Slice(start, length),
            state.Owner.Gradients.Slice(start, length),
            Part(state.First, start, length),
            Part(state.Second, start, length),
            Part(state.Third, start, length));
    }

    private static Span<T> Part(Span<T> kept, int start, int length) => kept.Length > 0 ? kept.Slice(start, length) : kept;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(TUpdate update, Span<T> values, ReadOnlySpan<T> gradients, Span<T> first, Span<T> second, Span<T> third)
    {
        ref T v = ref MemoryMarshal.GetReference(values), g = ref MemoryMarshal.GetReference(gradients);
        ref T a = ref MemoryMarshal.GetReference(first), b = ref MemoryMarshal.GetReference(second), c = ref MemoryMarshal.GetReference(third);
        bool hasFirst = first.Length > 0, hasSecond = second.Length > 0, hasThird = third.Length > 0;
        int width = Vector<T>.Count, whole = values.Length - (values.Length % width);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)width)
        {
            Vector<T> s0 = hasFirst ? Vector.LoadUnsafe(ref a, i) : default;
            Vector<T> s1 = hasSecond ? Vector.LoadUnsafe(ref b, i) : default;
            Vector<T> s2 = hasThird ? Vector.LoadUnsafe(ref c, i) : default;
            update.Apply(Vector.LoadUnsafe(ref v, i), Vector.LoadUnsafe(ref g, i), ref s0, ref s1, ref s2).StoreUnsafe(ref v, i);
            if (hasFirst)
            {
                s0.StoreUnsafe(ref a, i);
            }

            if (hasSecond)
            {
                s1.StoreUnsafe(ref b, i);
            }

            if (hasThird)
            {
                s2.StoreUnsafe(ref c, i);
            }
        }

        if (whole < values.Length)
        {
            Vector<T> s0 = Partial(first, whole);
            Vector<T> s1 = Partial(second, whole);
            Vector<T> s2 = Partial(third, whole);
            StorePartial(update.Apply(Partial(values, whole), Partial(gradients, whole), ref s0, ref s1, ref s2), values, whole);
            StorePartial(s0, first, whole);
            StorePartial(s1, second, whole);
            StorePartial(s2, third, whole);
        }
    }

    private static Vector<T> Partial(ReadOnlySpan<T> state, int i)
    {
        Span<T> padded = stackalloc T[Vector<T>.Count];
        padded.Clear();
        if (state.Length > 0)
        {
            state[i..].CopyTo(padded);
        }

        return new Vector<T>(padded);
    }

    private static void StorePartial(Vector<T> vector, Span<T> state, int i)
    {
        if (state.Length > 0)
        {
            Span<T> padded = stackalloc T[Vector<T>.Count];
            vector.CopyTo(padded);
            padded[..(state.Length - i)].CopyTo(state[i..]);
        }
    }
}
