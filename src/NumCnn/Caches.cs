using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace NumCnn;

/// <summary>What generated code tells the processor's caches. It changes no result.</summary>
public static class Caches
{
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
}
