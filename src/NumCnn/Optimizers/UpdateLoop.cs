using System.Numerics;

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
internal static class UpdateLoop
{
    public static void Run<T, TUpdate>(TUpdate update, Span<T> values, ReadOnlySpan<T> gradients, Span<T> first, Span<T> second, Span<T> third)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TUpdate : struct, IUpdate<T>
    {
        int width = Vector<T>.Count;
        int i = 0;
        Vector<T> s0 = default, s1 = default, s2 = default;
        for (; i <= values.Length - width; i += width)
        {
            Load(first, i, ref s0);
            Load(second, i, ref s1);
            Load(third, i, ref s2);
            update.Apply(new Vector<T>(values[i..]), new Vector<T>(gradients[i..]), ref s0, ref s1, ref s2).CopyTo(values[i..]);
            Store(s0, first, i);
            Store(s1, second, i);
            Store(s2, third, i);
        }

        if (i < values.Length)
        {
            s0 = Partial<T>(first, i);
            s1 = Partial<T>(second, i);
            s2 = Partial<T>(third, i);
            StorePartial(update.Apply(Partial<T>(values, i), Partial(gradients, i), ref s0, ref s1, ref s2), values, i);
            StorePartial(s0, first, i);
            StorePartial(s1, second, i);
            StorePartial(s2, third, i);
        }
    }

    private static void Load<T>(Span<T> state, int i, ref Vector<T> vector)
    {
        if (state.Length > 0)
        {
            vector = new Vector<T>(state[i..]);
        }
    }

    private static void Store<T>(Vector<T> vector, Span<T> state, int i)
    {
        if (state.Length > 0)
        {
            vector.CopyTo(state[i..]);
        }
    }

    private static Vector<T> Partial<T>(ReadOnlySpan<T> state, int i)
        where T : unmanaged
    {
        Span<T> padded = stackalloc T[Vector<T>.Count];
        padded.Clear();
        if (state.Length > 0)
        {
            state[i..].CopyTo(padded);
        }

        return new Vector<T>(padded);
    }

    private static void StorePartial<T>(Vector<T> vector, Span<T> state, int i)
        where T : unmanaged
    {
        if (state.Length > 0)
        {
            Span<T> padded = stackalloc T[Vector<T>.Count];
            vector.CopyTo(padded);
            padded[..(state.Length - i)].CopyTo(state[i..]);
        }
    }
}
