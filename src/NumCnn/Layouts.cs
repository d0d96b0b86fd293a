using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NumCnn;

/// <summary>
/// Copies of tensors from one order to another, which generated code calls where its own loops would go element by element: the
/// caller's planes to pixels with their channels together and back, rows into a border or into phases. A copy moves bits only, so
/// it gives the same ones in every width; elements of 4 bytes are exchanged by whichever vectors the hardware has. And borders of
/// zeros around images.
/// </summary>
/// <remarks>
/// A call is counts and steps, the outermost axis first, as in an array's strides. The last axis has step 1 in the target. It is
/// worth a call if the last axis has step 1 in the source too (rows), or the one before it has (rows and columns are exchanged).
/// No element outside of those named is written or read; generated code has proven those inside their memory.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Layouts
{
    /// <summary>Sets each element of the target to its source.</summary>
    /// <param name="source">The source's first element.</param>
    /// <param name="target">The target's first element, in other memory.</param>
    /// <param name="counts">Elements along each axis, at least two axes of them.</param>
    /// <param name="sourceSteps">Elements of the source from one to the next along each axis.</param>
    /// <param name="targetSteps">The same in the target; 1 for the last axis.</param>
    /// <typeparam name="T">The element type, of 4 or 8 bytes.</typeparam>
    public static void Copy<T>(ref T source, ref T target, ReadOnlySpan<int> counts, ReadOnlySpan<int> sourceSteps, ReadOnlySpan<int> targetSteps)
        where T : unmanaged, INumber<T>
        => Walk(ref source, ref target, counts, sourceSteps, targetSteps, adds: false);

    /// <summary>Adds to each element of the target its source.</summary>
    /// <param name="source">The source's first element.</param>
    /// <param name="target">The target's first element, in other memory.</param>
    /// <param name="counts">Elements along each axis, at least two axes of them.</param>
    /// <param name="sourceSteps">Elements of the source from one to the next along each axis.</param>
    /// <param name="targetSteps">The same in the target; 1 for the last axis.</param>
    /// <typeparam name="T">The element type, of 4 or 8 bytes.</typeparam>
    public static void Add<T>(ref T source, ref T target, ReadOnlySpan<int> counts, ReadOnlySpan<int> sourceSteps, ReadOnlySpan<int> targetSteps)
        where T : unmanaged, INumber<T>
        => Walk(ref source, ref target, counts, sourceSteps, targetSteps, adds: true);

    /// <summary>Sets the border of an image to zero; the image itself is neither written nor read.</summary>
    /// <param name="image">The first element of the rows above it.</param>
    /// <param name="rows">Rows of the image.</param>
    /// <param name="row">Elements of a row with what is beside it on both sides.</param>
    /// <param name="top">Rows above the image.</param>
    /// <param name="bottom">Rows below it.</param>
    /// <param name="left">Elements before each row.</param>
    /// <param name="right">Elements behind each row.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void ClearBorder<T>(ref T image, nint rows, nint row, nint top, nint bottom, nint left, nint right)
        where T : unmanaged
    {
        // What is behind a row and before the next one lies together.
        Clear(ref image, (top * row) + left);
        for (nint i = 1; i < rows; i++)
        {
            Clear(ref Unsafe.Add(ref image, ((top + i) * row) - right), right + left);
        }

        Clear(ref Unsafe.Add(ref image, ((top + rows) * row) - right), right + (bottom * row));
    }

    private static void Clear<T>(ref T first, nint count)
        where T : unmanaged
        => MemoryMarshal.CreateSpan(ref first, (int)count).Clear();

    /// <summary>The axes outside of the last two; planes along the last of those go in one call.</summary>
    private static void Walk<T>(ref T source, ref T target, ReadOnlySpan<int> counts, ReadOnlySpan<int> sourceSteps, ReadOnlySpan<int> targetSteps, bool adds)
        where T : unmanaged, INumber<T>
    {
        if (counts.Length > 3)
        {
            for (int n = 0; n < counts[0]; n++)
            {
                ref T from = ref Unsafe.Add(ref source, (nint)n * sourceSteps[0]);
                Walk(ref from, ref Unsafe.Add(ref target, (nint)n * targetSteps[0]), counts[1..], sourceSteps[1..], targetSteps[1..], adds);
            }

            return;
        }

        bool single = counts.Length == 2;
        var plane = new Plane(counts[^2], counts[^1], sourceSteps[^2], sourceSteps[^1], targetSteps[^2], targetSteps[^1]);
        var (planes, fromStep, toStep) = single ? (1, 0, 0) : (counts[0], sourceSteps[0], targetSteps[0]);
        if (adds)
        {
            AddPlanes(ref source, ref target, planes, fromStep, toStep, plane);
        }
        else
        {
            CopyPlanes(ref source, ref target, planes, fromStep, toStep, plane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPlanes<T>(ref T source, ref T target, nint planes, nint fromStep, nint toStep, in Plane plane)
        where T : unmanaged
    {
        bool inTiles = Unsafe.SizeOf<T>() == 4 && Tiles.AreSupported && plane is { FromOuter: 1, ToInner: 1 };
        bool zips = inTiles && plane is { Inner: 2, ToOuter: 2, Outer: >= 4 };
        bool unzips = inTiles && plane is { Outer: 2, FromInner: 2, Inner: >= 4 };
        bool exchanges = inTiles && plane is { Outer: >= 4, Inner: >= 4 };
        if (unzips)
        {
            // A row takes a few nanoseconds, as much as a call of its own.
            Tiles.Unzip(ref Unsafe.As<T, float>(ref source), fromStep, ref Unsafe.As<T, float>(ref target), toStep, plane.ToOuter, planes, plane.Inner);
            return;
        }

        for (nint n = 0; n < planes; n++)
        {
            ref T from = ref Unsafe.Add(ref source, n * fromStep);
            ref T to = ref Unsafe.Add(ref target, n * toStep);
            ref float first = ref Unsafe.As<T, float>(ref from);
            ref float begin = ref Unsafe.As<T, float>(ref to);
            if (plane is { FromInner: 1, ToInner: 1 })
            {
                CopyRows(ref Unsafe.As<T, byte>(ref from), ref Unsafe.As<T, byte>(ref to), plane, Unsafe.SizeOf<T>());
            }
            else if (zips)
            {
                Tiles.Zip(ref first, ref Unsafe.Add(ref first, plane.FromInner), ref begin, plane.Outer);
            }
            else if (exchanges)
            {
                Tiles.Exchange(ref first, plane.FromInner, ref begin, plane.ToOuter, plane.Outer, plane.Inner);
            }
            else
            {
                CopySingle(ref from, ref to, plane);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows(ref byte source, ref byte target, in Plane plane, nint size)
    {
        for (nint row = 0; row < plane.Outer; row++)
        {
            Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref target, row * plane.ToOuter * size), ref Unsafe.Add(ref source, row * plane.FromOuter * size), (uint)(plane.Inner * size));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopySingle<T>(ref T source, ref T target, in Plane plane)
        where T : unmanaged
    {
        for (nint i = 0; i < plane.Outer; i++)
        {
            ref T from = ref Unsafe.Add(ref source, i * plane.FromOuter);
            ref T to = ref Unsafe.Add(ref target, i * plane.ToOuter);
            for (nint j = 0; j < plane.Inner; j++)
            {
                Unsafe.Add(ref to, j * plane.ToInner) = Unsafe.Add(ref from, j * plane.FromInner);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPlanes<T>(ref T source, ref T target, nint planes, nint fromStep, nint toStep, in Plane plane)
        where T : unmanaged, INumber<T>
    {
        for (nint n = 0; n < planes; n++)
        {
            for (nint i = 0; i < plane.Outer; i++)
            {
                ref T from = ref Unsafe.Add(ref source, (n * fromStep) + (i * plane.FromOuter));
                ref T to = ref Unsafe.Add(ref target, (n * toStep) + (i * plane.ToOuter));
                for (nint j = 0; j < plane.Inner; j++)
                {
                    Unsafe.Add(ref to, j * plane.ToInner) += Unsafe.Add(ref from, j * plane.FromInner);
                }
            }
        }
    }

    /// <summary>The last two axes.</summary>
    private readonly struct Plane(nint outer, nint inner, nint fromOuter, nint fromInner, nint toOuter, nint toInner)
    {
        public nint Outer { get; } = outer;

        public nint Inner { get; } = inner;

        public nint FromOuter { get; } = fromOuter;

        public nint FromInner { get; } = fromInner;

        public nint ToOuter { get; } = toOuter;

        public nint ToInner { get; } = toInner;
    }
}
