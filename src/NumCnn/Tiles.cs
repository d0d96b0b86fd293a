using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NumCnn;

/// <summary>The target's elements are replaced.</summary>
internal readonly struct Replacing;

/// <summary>The source is added to what the target holds.</summary>
internal readonly struct Adding;

/// <summary>What <see cref="Layouts"/> does in registers. Elements have 4 or 8 bytes; nothing but their size matters until one is added.</summary>
internal static class Tiles
{
    /// <summary>Vectors of 128 bits can be interleaved.</summary>
    public static bool AreSupported => Sse2.IsSupported || AdvSimd.Arm64.IsSupported;

    /// <summary>So can those of 256.</summary>
    public static bool AreSupported256 => Avx.IsSupported;

    /// <summary>And those of 512, where the runtime holds them worth it.</summary>
    public static bool AreSupported512 => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    /// <summary>Stores an element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<T, TMode>(T value, ref T target)
        where T : unmanaged, INumber<T>
        where TMode : struct
        => target = typeof(TMode) == typeof(Adding) ? target + value : value;

    /// <summary>A vector from one place to another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Move<T, TMode, TVector>(ref T source, ref T target)
        where T : unmanaged, INumber<T>
        where TMode : struct
        where TVector : struct
        => Store<T, TMode, TVector>(Load<T, TVector>(ref source), ref target);

    /// <summary>
    /// As many source rows as the vector has elements, of as many elements as 128 bits hold, become the target's columns. The parts
    /// of 128 bits of a vector come from rows so far apart that interleaving within the parts is all that is left to do.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exchange<T, TMode, TVector>(ref T source, nint step, ref T target, nint targetStep)
        where T : unmanaged, INumber<T>
        where TMode : struct
        where TVector : struct
    {
        var a = Parts<T, TVector>(ref source, step);
        var b = Parts<T, TVector>(ref Unsafe.Add(ref source, step), step);
        if (Unsafe.SizeOf<T>() == 8)
        {
            Store<T, TMode, TVector>(Low<T, TVector>(a, b), ref target);
            Store<T, TMode, TVector>(High<T, TVector>(a, b), ref Unsafe.Add(ref target, targetStep));
            return;
        }

        var c = Parts<T, TVector>(ref Unsafe.Add(ref source, 2 * step), step);
        var d = Parts<T, TVector>(ref Unsafe.Add(ref source, 3 * step), step);
        var (even, odd) = (Low<T, TVector>(a, c), Low<T, TVector>(b, d));
        Store<T, TMode, TVector>(Low<T, TVector>(even, odd), ref target);
        Store<T, TMode, TVector>(High<T, TVector>(even, odd), ref Unsafe.Add(ref target, targetStep));
        (even, odd) = (High<T, TVector>(a, c), High<T, TVector>(b, d));
        Store<T, TMode, TVector>(Low<T, TVector>(even, odd), ref Unsafe.Add(ref target, 2 * targetStep));
        Store<T, TMode, TVector>(High<T, TVector>(even, odd), ref Unsafe.Add(ref target, 3 * targetStep));
    }

    /// <summary>Two vectors become one row of pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Zip128<T, TMode>(ref T first, ref T second, ref T target)
        where T : unmanaged, INumber<T>
        where TMode : struct
    {
        var (a, b) = (Vector128.LoadUnsafe(ref first), Vector128.LoadUnsafe(ref second));
        Store<T, TMode, Vector128<T>>(Low<T, Vector128<T>>(a, b), ref target);
        Store<T, TMode, Vector128<T>>(High<T, Vector128<T>>(a, b), ref Unsafe.Add(ref target, Vector128<T>.Count));
    }

    /// <inheritdoc cref="Zip128"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Zip512<T, TMode>(ref T first, ref T second, ref T target)
        where T : unmanaged, INumber<T>
        where TMode : struct
    {
        var (a, b) = (Vector512.LoadUnsafe(ref first), Vector512.LoadUnsafe(ref second));
        var low = Select(a, b, Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), Vector512.Create(0L, 8, 1, 9, 2, 10, 3, 11));
        var high = Select(a, b, Vector512.Create(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), Vector512.Create(4L, 12, 5, 13, 6, 14, 7, 15));
        Store<T, TMode, Vector512<T>>(low, ref target);
        Store<T, TMode, Vector512<T>>(high, ref Unsafe.Add(ref target, Vector512<T>.Count));
    }

    /// <summary>A row of pairs becomes two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unzip128<T, TMode>(ref T source, ref T first, ref T second)
        where T : unmanaged, INumber<T>
        where TMode : struct
    {
        var (a, b) = (Vector128.LoadUnsafe(ref source), Vector128.LoadUnsafe(ref source, (nuint)Vector128<T>.Count));
        if (Unsafe.SizeOf<T>() == 4)
        {
            (a, b) = (Low<T, Vector128<T>>(a, b), High<T, Vector128<T>>(a, b));
        }

        Store<T, TMode, Vector128<T>>(Low<T, Vector128<T>>(a, b), ref first);
        Store<T, TMode, Vector128<T>>(High<T, Vector128<T>>(a, b), ref second);
    }

    /// <inheritdoc cref="Unzip128"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unzip512<T, TMode>(ref T source, ref T first, ref T second)
        where T : unmanaged, INumber<T>
        where TMode : struct
    {
        var (a, b) = (Vector512.LoadUnsafe(ref source), Vector512.LoadUnsafe(ref source, (nuint)Vector512<T>.Count));
        var even = Select(a, b, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), Vector512.Create(0L, 2, 4, 6, 8, 10, 12, 14));
        var odd = Select(a, b, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), Vector512.Create(1L, 3, 5, 7, 9, 11, 13, 15));
        Store<T, TMode, Vector512<T>>(even, ref first);
        Store<T, TMode, Vector512<T>>(odd, ref second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load<T, TVector>(ref T source)
        where T : unmanaged
        where TVector : struct
        => typeof(TVector) == typeof(Vector512<T>) ? Unsafe.BitCast<Vector512<T>, TVector>(Vector512.LoadUnsafe(ref source))
            : typeof(TVector) == typeof(Vector256<T>) ? Unsafe.BitCast<Vector256<T>, TVector>(Vector256.LoadUnsafe(ref source))
            : Unsafe.BitCast<Vector128<T>, TVector>(Vector128.LoadUnsafe(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, TMode, TVector>(TVector value, ref T target)
        where T : unmanaged
        where TMode : struct
        where TVector : struct
    {
        bool adds = typeof(TMode) == typeof(Adding);
        if (typeof(TVector) == typeof(Vector512<T>))
        {
            var vector = Unsafe.BitCast<TVector, Vector512<T>>(value);
            (adds ? Vector512.LoadUnsafe(ref target) + vector : vector).StoreUnsafe(ref target);
        }
        else if (typeof(TVector) == typeof(Vector256<T>))
        {
            var vector = Unsafe.BitCast<TVector, Vector256<T>>(value);
            (adds ? Vector256.LoadUnsafe(ref target) + vector : vector).StoreUnsafe(ref target);
        }
        else
        {
            var vector = Unsafe.BitCast<TVector, Vector128<T>>(value);
            (adds ? Vector128.LoadUnsafe(ref target) + vector : vector).StoreUnsafe(ref target);
        }
    }

    /// <summary>128 bits of each of as many rows as the vector has such parts, as many rows apart as a part has elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Parts<T, TVector>(ref T source, nint step)
        where T : unmanaged
        where TVector : struct
    {
        nint next = Vector128<T>.Count * step;
        return typeof(TVector) == typeof(Vector512<T>)
            ? Unsafe.BitCast<Vector512<T>, TVector>(Vector512.Create(Parts<T, Vector256<T>>(ref source, step), Parts<T, Vector256<T>>(ref Unsafe.Add(ref source, 2 * next), step)))
            : typeof(TVector) == typeof(Vector256<T>)
            ? Unsafe.BitCast<Vector256<T>, TVector>(Vector256.Create(Vector128.LoadUnsafe(ref source), Vector128.LoadUnsafe(ref Unsafe.Add(ref source, next))))
            : Unsafe.BitCast<Vector128<T>, TVector>(Vector128.LoadUnsafe(ref source));
    }

    /// <summary>The lower halves of two vectors, element by element in turn, within each part of 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Low<T, TVector>(TVector a, TVector b)
        where T : unmanaged
        where TVector : struct
    {
        if (Unsafe.SizeOf<T>() == 4)
        {
            return typeof(TVector) == typeof(Vector512<T>) ? Unsafe.BitCast<Vector512<float>, TVector>(Avx512F.UnpackLow(Unsafe.BitCast<TVector, Vector512<float>>(a), Unsafe.BitCast<TVector, Vector512<float>>(b)))
                : typeof(TVector) == typeof(Vector256<T>) ? Unsafe.BitCast<Vector256<float>, TVector>(Avx.UnpackLow(Unsafe.BitCast<TVector, Vector256<float>>(a), Unsafe.BitCast<TVector, Vector256<float>>(b)))
                : Sse.IsSupported ? Unsafe.BitCast<Vector128<float>, TVector>(Sse.UnpackLow(Unsafe.BitCast<TVector, Vector128<float>>(a), Unsafe.BitCast<TVector, Vector128<float>>(b)))
                : Unsafe.BitCast<Vector128<float>, TVector>(AdvSimd.Arm64.ZipLow(Unsafe.BitCast<TVector, Vector128<float>>(a), Unsafe.BitCast<TVector, Vector128<float>>(b)));
        }

        return typeof(TVector) == typeof(Vector512<T>) ? Unsafe.BitCast<Vector512<double>, TVector>(Avx512F.UnpackLow(Unsafe.BitCast<TVector, Vector512<double>>(a), Unsafe.BitCast<TVector, Vector512<double>>(b)))
            : typeof(TVector) == typeof(Vector256<T>) ? Unsafe.BitCast<Vector256<double>, TVector>(Avx.UnpackLow(Unsafe.BitCast<TVector, Vector256<double>>(a), Unsafe.BitCast<TVector, Vector256<double>>(b)))
            : Sse2.IsSupported ? Unsafe.BitCast<Vector128<double>, TVector>(Sse2.UnpackLow(Unsafe.BitCast<TVector, Vector128<double>>(a), Unsafe.BitCast<TVector, Vector128<double>>(b)))
            : Unsafe.BitCast<Vector128<double>, TVector>(AdvSimd.Arm64.ZipLow(Unsafe.BitCast<TVector, Vector128<double>>(a), Unsafe.BitCast<TVector, Vector128<double>>(b)));
    }

    /// <summary>The upper halves, likewise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector High<T, TVector>(TVector a, TVector b)
        where T : unmanaged
        where TVector : struct
    {
        if (Unsafe.SizeOf<T>() == 4)
        {
            return typeof(TVector) == typeof(Vector512<T>) ? Unsafe.BitCast<Vector512<float>, TVector>(Avx512F.UnpackHigh(Unsafe.BitCast<TVector, Vector512<float>>(a), Unsafe.BitCast<TVector, Vector512<float>>(b)))
                : typeof(TVector) == typeof(Vector256<T>) ? Unsafe.BitCast<Vector256<float>, TVector>(Avx.UnpackHigh(Unsafe.BitCast<TVector, Vector256<float>>(a), Unsafe.BitCast<TVector, Vector256<float>>(b)))
                : Sse.IsSupported ? Unsafe.BitCast<Vector128<float>, TVector>(Sse.UnpackHigh(Unsafe.BitCast<TVector, Vector128<float>>(a), Unsafe.BitCast<TVector, Vector128<float>>(b)))
                : Unsafe.BitCast<Vector128<float>, TVector>(AdvSimd.Arm64.ZipHigh(Unsafe.BitCast<TVector, Vector128<float>>(a), Unsafe.BitCast<TVector, Vector128<float>>(b)));
        }

        return typeof(TVector) == typeof(Vector512<T>) ? Unsafe.BitCast<Vector512<double>, TVector>(Avx512F.UnpackHigh(Unsafe.BitCast<TVector, Vector512<double>>(a), Unsafe.BitCast<TVector, Vector512<double>>(b)))
            : typeof(TVector) == typeof(Vector256<T>) ? Unsafe.BitCast<Vector256<double>, TVector>(Avx.UnpackHigh(Unsafe.BitCast<TVector, Vector256<double>>(a), Unsafe.BitCast<TVector, Vector256<double>>(b)))
            : Sse2.IsSupported ? Unsafe.BitCast<Vector128<double>, TVector>(Sse2.UnpackHigh(Unsafe.BitCast<TVector, Vector128<double>>(a), Unsafe.BitCast<TVector, Vector128<double>>(b)))
            : Unsafe.BitCast<Vector128<double>, TVector>(AdvSimd.Arm64.ZipHigh(Unsafe.BitCast<TVector, Vector128<double>>(a), Unsafe.BitCast<TVector, Vector128<double>>(b)));
    }

    /// <summary>Elements of two vectors by index, the second's behind the first's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Select<T>(Vector512<T> a, Vector512<T> b, Vector512<int> of4, Vector512<long> of8)
        where T : unmanaged
        => Unsafe.SizeOf<T>() == 4
            ? Avx512F.PermuteVar16x32x2(a.AsSingle(), of4, b.AsSingle()).As<float, T>()
            : Avx512F.PermuteVar8x64x2(a.AsDouble(), of8, b.AsDouble()).As<double, T>();
}
