using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace NumCnn;

/// <summary>What generated code tells the processor's caches. It changes no result.</summary>
public static class Caches
{
    /// <summary>What a processor's second cache takes beside all else.</summary>
    private const nint LargestRows = 512 << 10;

    /// <summary>What a processor's last cache keeps for a while.</summary>
    private const nint LargestRead = 4 << 20;

    /// <summary>
    /// Asks for all lines of some rows, one row after another, as they come fastest from another processor's cache: a kernel that reads a few
    /// elements of each row at a time would wait for every line. Does nothing for more than the cache takes.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="first">The first row's first element.</param>
    /// <param name="rows">Their number.</param>
    /// <param name="pitch">Elements from one row to the next.</param>
    /// <param name="length">Elements of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PrefetchRows<T>(ref T first, nint rows, nint pitch, nint length)
        where T : unmanaged
    {
        nint line = 64 / Unsafe.SizeOf<T>();
        if (rows * length > LargestRows / Unsafe.SizeOf<T>())
        {
            return;
        }

        for (nint row = 0; row < rows; row++)
        {
            ref T start = ref Unsafe.Add(ref first, row * pitch);
            for (nint k = 0; k < length; k += line)
            {
                Prefetch(ref Unsafe.Add(ref start, k));
            }
        }
    }

    /// <summary>
    /// Reads an element of each line of a stretch, in order, which the processor sees and goes on ahead by itself. What follows finds the stretch in
    /// the caches: it may take it a few elements here and a few there, and would have waited for memory each time. Asking for the lines
    /// (<see cref="PrefetchRows"/>) is not the same: not all processors go ahead of that.
    /// </summary>
    /// <typeparam name="T">The element type, of 4 or 8 bytes.</typeparam>
    /// <param name="first">The first element.</param>
    /// <param name="length">Elements. Of more than 4 MiB, nothing is read.</param>
    /// <returns>A combination of what was read, of no meaning: with it no compiler can leave the reading out.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static ulong Read<T>(ref T first, nint length)
        where T : unmanaged
    {
        nint line = 64 / Unsafe.SizeOf<T>();
        ulong read = 0;
        if (length > LargestRead / Unsafe.SizeOf<T>())
        {
            return read;
        }

        for (nint k = 0; k < length; k += line)
        {
            read |= Unsafe.ReadUnaligned<uint>(ref Unsafe.As<T, byte>(ref Unsafe.Add(ref first, k)));
        }

        return read;
    }

    /// <summary>
    /// Asks for the line of an element that will be read soon, from memory or a cache far away: kernels with more weights than the second
    /// cache keeps would wait for them. Nothing is read: the element may lie behind the end of what there is. Does nothing where the
    /// processor has no such instruction in .NET.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="element">The element.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ref T element)
        where T : unmanaged
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref element));
        }
    }

    /// <summary>
    /// Asks for the line of an element that other kernels will read later: as <see cref="Prefetch"/>, but into the second cache, so that the first
    /// one keeps what the caller computes with.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="element">The element.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void PrefetchLater<T>(ref T element)
        where T : unmanaged
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(Unsafe.AsPointer(ref element));
        }
    }
}
