using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NumCnn;

/// <summary>
/// Copies of tensors from one order to another, which generated code calls where its own loops would go element by element: the
/// caller's planes to pixels with their channels together and back, rows into a border or into phases. A copy moves bits only, so
/// it gives the same ones in every width; the vectors are whichever the hardware has.
/// </summary>
/// <remarks>
/// A call is counts and steps, the outermost axis first, as in an array's strides. The last axis has step 1 in the target. It is
/// worth a call if the last axis has step 1 in the source too (rows), or the one before it has (rows and columns are exchanged).
/// No element outside of those named is written or read; generated code has proven those inside their memory.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Layouts
{
    /// <summary>Rows from this many bytes on are left to the runtime's own copy.</summary>
    private const int LongRow = 1024;

    /// <summary>Sets each element of the target to its source.</summary>
    /// <param name="source">The source's first element.</param>
    /// <param name="target">The target's first element, in other memory.</param>
    /// <param name="counts">Elements along each axis, at least two axes of them.</param>
    /// <param name="sourceSteps">Elements of the source from one to the next along each axis.</param>
    /// <param name="targetSteps">The same in the target; 1 for the last axis.</param>
    /// <typeparam name="T">The element type, of 4 or 8 bytes.</typeparam>
    public static void Copy<T>(ref T source, ref T target, ReadOnlySpan<int> counts, ReadOnlySpan<int> sourceSteps, ReadOnlySpan<int> targetSteps)
        where T : unmanaged, INumber<T>
        => Walk<T, Replacing>(ref source, ref target, counts, sourceSteps, targetSteps);

    /// <summary>Adds to each element of the target its source.</summary>
    /// <param name="source">The source's first element.</param>
    /// <param name="target">The target's first element, in other memory.</param>
    /// <param name="counts">Elements along each axis, at least two axes of them.</param>
    /// <param name="sourceSteps">Elements of the source from one to the next along each axis.</param>
    /// <param name="targetSteps">The same in the target; 1 for the last axis.</param>
    /// <typeparam name="T">The element type, of 4 or 8 bytes.</typeparam>
    public static void Add<T>(ref T source, ref T target, ReadOnlySpan<int> counts, ReadOnlySpan<int> sourceSteps, ReadOnlySpan<int> targetSteps)
        where T : unmanaged, INumber<T>
        => Walk<T, Adding>(ref source, ref target, counts, sourceSteps, targetSteps);

    /// <summary>The axes outside of the last two.</summary>
    private static void Walk<T, TMode>(ref T source, ref T target, ReadOnlySpan<int> counts, ReadOnlySpan<int> sourceSteps, ReadOnlySpan<int> targetSteps)
        where T : unmanaged, INumber<T>
        where TMode : struct
    {
        if (counts.Length <= 3)
        {
            bool single = counts.Length == 2;
            var plane = new Plane(counts[^2], counts[^1], sourceSteps[^2], sourceSteps[^1], targetSteps[^2], targetSteps[^1]);
            Planes<T, TMode>(ref source, ref target, single ? 1 : counts[0], single ? 0 : sourceSteps[0], single ? 0 : targetSteps[0], plane);
            return;
        }

        for (int n = 0; n < counts[0]; n++)
        {
            ref T from = ref Unsafe.Add(ref source, (nint)n * sourceSteps[0]);
            Walk<T, TMode>(ref from, ref Unsafe.Add(ref target, (nint)n * targetSteps[0]), counts[1..], sourceSteps[1..], targetSteps[1..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Planes<T, TMode>(ref T source, ref T target, nint count, nint fromStep, nint toStep, in Plane plane)
        where T : unmanaged, INumber<T>
        where TMode : struct
    {
        for (nint n = 0; n < count; n++)
        {
            ref T from = ref Unsafe.Add(ref source, n * fromStep);
            ref T to = ref Unsafe.Add(ref target, n * toStep);
            if (plane is { FromInner: 1, ToInner: 1 })
            {
                Rows<T, TMode>(ref from, ref to, plane);
            }
            else if (plane is { FromOuter: 1, ToInner: 1 })
            {
                Exchange<T, TMode>(ref from, ref to, plane);
            }
            else
            {
                Single<T, TMode>(ref from, ref to, plane);
            }
        }
    }

    /// <summary>Rows that lie together on both sides, by the widest vectors that fit, then by narrower ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<T, TMode>(ref T source, ref T target, in Plane plane)
        where T : unmanaged, INumber<T>
        where TMode : struct
    {
        for (nint row = 0; row < plane.Outer; row++)
        {
            ref T from = ref Unsafe.Add(ref source, row * plane.FromOuter);
            ref T to = ref Unsafe.Add(ref target, row * plane.ToOuter);
            if (typeof(TMode) != typeof(Adding) && plane.Inner >= LongRow / Unsafe.SizeOf<T>())
            {
                MemoryMarshal.CreateReadOnlySpan(ref from, (int)plane.Inner).CopyTo(MemoryMarshal.CreateSpan(ref to, (int)plane.Inner));
                continue;
            }

            nint done = 0;
            if (Vector512.IsHardwareAccelerated)
            {
                done = Part<T, TMode, Vector512<T>>(ref from, ref to, done, plane.Inner);
            }

            if (Vector256.IsHardwareAccelerated)
            {
                done = Part<T, TMode, Vector256<T>>(ref from, ref to, done, plane.Inner);
            }

            if (Vector128.IsHardwareAccelerated)
            {
                done = Part<T, TMode, Vector128<T>>(ref from, ref to, done, plane.Inner);
            }

            for (; done < plane.Inner; done++)
            {
                Tiles.Put<T, TMode>(Unsafe.Add(ref from, done), ref Unsafe.Add(ref to, done));
            }
        }
    }

    /// <summary>As much of a row as these vectors do: the last may overlap the one before it, unless it would add twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Part<T, TMode, TVector>(ref T from, ref T to, nint done, nint length)
        where T : unmanaged, INumber<T>
        where TMode : struct
        where TVector : struct
    {
        nint width = Unsafe.SizeOf<TVector>() / Unsafe.SizeOf<T>();
        for (; done + width <= length; done += width)
        {
            Tiles.Move<T, TMode, TVector>(ref Unsafe.Add(ref from, done), ref Unsafe.Add(ref to, done));
        }

        if (typeof(TMode) == typeof(Adding) || done == length || length < width)
        {
            return done;
        }

        Tiles.Move<T, TMode, TVector>(ref Unsafe.Add(ref from, length - width), ref Unsafe.Add(ref to, length - width));
        return length;
    }

    /// <summary>Rows become columns, in the widest strips of the target's columns that fit, then in narrower ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exchange<T, TMode>(ref T source, ref T target, in Plane plane)
        where T : unmanaged, INumber<T>
        where TMode : struct
    {
        nint done = 0;
        if (Tiles.AreSupported && plane is { Inner: 2, ToOuter: 2 })
        {
            done = Zip<T, TMode>(ref source, ref target, plane);
            if (done < plane.Outer)
            {
                Single<T, TMode>(ref Unsafe.Add(ref source, done), ref Unsafe.Add(ref target, 2 * done), plane with { Outer = plane.Outer - done });
            }

            return;
        }

        if (Tiles.AreSupported && plane is { Outer: 2, FromInner: 2 })
        {
            done = Unzip<T, TMode>(ref source, ref target, plane);
        }
        else if (Tiles.AreSupported && plane.Outer >= Vector128<T>.Count)
        {
            if (Tiles.AreSupported512)
            {
                done = Strips<T, TMode, Vector512<T>>(ref source, ref target, plane, done);
            }

            if (Tiles.AreSupported256)
            {
                done = Strips<T, TMode, Vector256<T>>(ref source, ref target, plane, done);
            }

            done = Strips<T, TMode, Vector128<T>>(ref source, ref target, plane, done);
        }

        if (done < plane.Inner)
        {
            Single<T, TMode>(ref Unsafe.Add(ref source, done * plane.FromInner), ref Unsafe.Add(ref target, done), plane with { Inner = plane.Inner - done });
        }
    }

    /// <summary>As many of the target's columns as strips of these vectors do: the last may overlap the one before it, unless it would add twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Strips<T, TMode, TVector>(ref T source, ref T target, in Plane plane, nint done)
        where T : unmanaged, INumber<T>
        where TMode : struct
        where TVector : struct
    {
        nint width = Unsafe.SizeOf<TVector>() / Unsafe.SizeOf<T>();
        for (; done + width <= plane.Inner; done += width)
        {
            Strip<T, TMode, TVector>(ref source, ref target, plane, done);
        }

        if (typeof(TMode) == typeof(Adding) || done == plane.Inner || plane.Inner < width)
        {
            return done;
        }

        Strip<T, TMode, TVector>(ref source, ref target, plane, plane.Inner - width);
        return plane.Inner;
    }

    /// <summary>A vector of the target's columns, from <paramref name="first"/> on: tiles of as many rows as 128 bits hold elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip<T, TMode, TVector>(ref T source, ref T target, in Plane plane, nint first)
        where T : unmanaged, INumber<T>
        where TMode : struct
        where TVector : struct
    {
        ref T from = ref Unsafe.Add(ref source, first * plane.FromInner);
        ref T to = ref Unsafe.Add(ref target, first);
        nint row = 0;
        for (; row + Vector128<T>.Count <= plane.Outer; row += Vector128<T>.Count)
        {
            Tiles.Exchange<T, TMode, TVector>(ref Unsafe.Add(ref from, row), plane.FromInner, ref Unsafe.Add(ref to, row * plane.ToOuter), plane.ToOuter);
        }

        if (row == plane.Outer)
        {
            return;
        }

        if (typeof(TMode) == typeof(Adding))
        {
            Single<T, TMode>(
                ref Unsafe.Add(ref from, row),
                ref Unsafe.Add(ref to, row * plane.ToOuter),
                plane with { Outer = plane.Outer - row, Inner = Unsafe.SizeOf<TVector>() / Unsafe.SizeOf<T>() });
        }
        else
        {
            row = plane.Outer - Vector128<T>.Count;
            Tiles.Exchange<T, TMode, TVector>(ref Unsafe.Add(ref from, row), plane.FromInner, ref Unsafe.Add(ref to, row * plane.ToOuter), plane.ToOuter);
        }
    }

    /// <summary>Two rows become one, their elements in turn. Returns the elements of a row that are done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Zip<T, TMode>(ref T source, ref T target, in Plane plane)
        where T : unmanaged, INumber<T>
        where TMode : struct
    {
        ref T second = ref Unsafe.Add(ref source, plane.FromInner);
        nint k = 0;
        if (Tiles.AreSupported512)
        {
            for (; k + Vector512<T>.Count <= plane.Outer; k += Vector512<T>.Count)
            {
                Tiles.Zip512<T, TMode>(ref Unsafe.Add(ref source, k), ref Unsafe.Add(ref second, k), ref Unsafe.Add(ref target, 2 * k));
            }
        }

        for (; k + Vector128<T>.Count <= plane.Outer; k += Vector128<T>.Count)
        {
            Tiles.Zip128<T, TMode>(ref Unsafe.Add(ref source, k), ref Unsafe.Add(ref second, k), ref Unsafe.Add(ref target, 2 * k));
        }

        if (typeof(TMode) == typeof(Adding) || k == plane.Outer || plane.Outer < Vector128<T>.Count)
        {
            return k;
        }

        k = plane.Outer - Vector128<T>.Count;
        Tiles.Zip128<T, TMode>(ref Unsafe.Add(ref source, k), ref Unsafe.Add(ref second, k), ref Unsafe.Add(ref target, 2 * k));
        return plane.Outer;
    }

    /// <summary>One row becomes two, of every other element each. Returns the elements of a target row that are done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Unzip<T, TMode>(ref T source, ref T target, in Plane plane)
        where T : unmanaged, INumber<T>
        where TMode : struct
    {
        ref T second = ref Unsafe.Add(ref target, plane.ToOuter);
        nint k = 0;
        if (Tiles.AreSupported512)
        {
            for (; k + Vector512<T>.Count <= plane.Inner; k += Vector512<T>.Count)
            {
                Tiles.Unzip512<T, TMode>(ref Unsafe.Add(ref source, 2 * k), ref Unsafe.Add(ref target, k), ref Unsafe.Add(ref second, k));
            }
        }

        for (; k + Vector128<T>.Count <= plane.Inner; k += Vector128<T>.Count)
        {
            Tiles.Unzip128<T, TMode>(ref Unsafe.Add(ref source, 2 * k), ref Unsafe.Add(ref target, k), ref Unsafe.Add(ref second, k));
        }

        if (typeof(TMode) == typeof(Adding) || k == plane.Inner || plane.Inner < Vector128<T>.Count)
        {
            return k;
        }

        k = plane.Inner - Vector128<T>.Count;
        Tiles.Unzip128<T, TMode>(ref Unsafe.Add(ref source, 2 * k), ref Unsafe.Add(ref target, k), ref Unsafe.Add(ref second, k));
        return plane.Inner;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Single<T, TMode>(ref T source, ref T target, in Plane plane)
        where T : unmanaged, INumber<T>
        where TMode : struct
    {
        for (nint i = 0; i < plane.Outer; i++)
        {
            ref T from = ref Unsafe.Add(ref source, i * plane.FromOuter);
            ref T to = ref Unsafe.Add(ref target, i * plane.ToOuter);
            for (nint j = 0; j < plane.Inner; j++)
            {
                Tiles.Put<T, TMode>(Unsafe.Add(ref from, j * plane.FromInner), ref Unsafe.Add(ref to, j * plane.ToInner));
            }
        }
    }

    /// <summary>The last two axes.</summary>
    private readonly record struct Plane(nint Outer, nint Inner, nint FromOuter, nint FromInner, nint ToOuter, nint ToInner);
}
