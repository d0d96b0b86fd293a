using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NumCnn;

/// <summary>
/// Memory that starts at a multiple of 64 bytes (a cache line, the widest vector) and never moves, zero at first.
/// The garbage collector owns it: there is nothing to dispose of.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class AlignedBuffer<T>
    where T : unmanaged
{
    /// <summary>The alignment of the first element, in bytes.</summary>
    public const int Alignment = 64;

    private readonly T[] _array;
    private readonly int _start;

    /// <summary>Allocates the memory and fills it with zeros.</summary>
    /// <param name="length">The number of elements, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or too large for an array.</exception>
    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int slack = Alignment / Unsafe.SizeOf<T>();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Array.MaxLength - slack);
        Length = length;
        _array = GC.AllocateArray<T>(length + slack, pinned: true);
        _start = (Alignment - Misalignment(_array)) % Alignment / Unsafe.SizeOf<T>();
    }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>All elements.</summary>
    public Span<T> Span => new(_array, _start, Length);

    /// <summary>All elements, as memory that can be stored.</summary>
    public Memory<T> Memory => _array.AsMemory(_start, Length);

    /// <summary>The first element: where a kernel's addresses start. Not to be read when <see cref="Length"/> is 0.</summary>
    public ref T Reference => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_array), _start);

    // The array is pinned, so its address stays what it is here.
    private static unsafe int Misalignment(T[] array) =>
        (int)((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array)) % Alignment);
}
