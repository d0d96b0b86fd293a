using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NumCnn;

/// <summary>
/// What <see cref="Layouts"/> does in registers, with elements of 4 bytes. The methods are small and not generic: the first call of a
/// network waits for their compilation.
/// </summary>
internal static class Tiles
{
    private const int Short = 4;
    private const int Half = 8;
    private const int Long = 16;

    /// <summary>Rows that are exchanged together: few enough for the first cache to keep two lines of each, and of what they are made from.</summary>
    private const int Rows = 32;

    /// <summary>
    /// A method with a hot loop: compiled once and for good, and never taken into its caller. The JIT compiler takes only so much into one method; past
    /// that, what the loop calls stays a call, and at first a call of code that is not optimised.
    /// </summary>
    private const MethodImplOptions Root = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    /// <summary>Vectors of 128 bits can be interleaved.</summary>
    public static bool AreSupported => Sse.IsSupported || AdvSimd.Arm64.IsSupported;

    /// <summary>Vectors of 512 bits can be too, where the runtime holds them worth it.</summary>
    public static bool AreSupported512 => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    /// <summary>Vectors of 256 bits can be too.</summary>
    public static bool AreSupported256 => Avx.IsSupported;

    /// <summary>Rows become columns: target[i · step + j] = source[i + j · sourceStep].</summary>
    /// <param name="source">The first element.</param>
    /// <param name="sourceStep">Elements between source rows.</param>
    /// <param name="target">The first element.</param>
    /// <param name="step">Elements between target rows.</param>
    /// <param name="rows">Target rows, at least 4.</param>
    /// <param name="columns">Target columns, at least 4.</param>
    [MethodImpl(Root)]
    public static void Exchange(ref float source, nint sourceStep, ref float target, nint step, nint rows, nint columns)
    {
        nint strip = AreSupported256 && columns >= Long ? Long : AreSupported256 && columns >= Half ? Half : Short;

        // A vector in two lines takes twice as long to store: where all rows begin alike, the second strip of whole lines begins at one.
        nint second = strip == Long && step % Long == 0 && ToLine(ref target) is > 0 and var rest ? rest : strip;
        for (nint row = 0; row < rows;)
        {
            // A few rows strip by strip: what was asked for beside one strip is still in the first cache for the next. No rest shorter than the others' tiles.
            nint count = rows - row < Rows + Short ? rows - row : Rows;
            ref float from = ref Unsafe.Add(ref source, row);
            ref float to = ref Unsafe.Add(ref target, row * step);
            nint next = second;
            for (nint column = 0; column < columns; (column, next) = (next, next + strip))
            {
                // The last strip may overlap the one before it.
                nint first = Math.Min(column, columns - strip);
                ref float left = ref Unsafe.Add(ref from, first * sourceStep);
                ref float top = ref Unsafe.Add(ref to, first);
                if (strip == Long && AreSupported512)
                {
                    ExchangeLong(ref left, sourceStep, ref top, step, count);
                }
                else if (strip >= Half)
                {
                    ExchangeHalves(ref left, sourceStep, ref top, step, count, isLong: strip == Long);
                }
                else
                {
                    ExchangeShort(ref left, sourceStep, ref top, step, count, beginsLine: column % Long == 0);
                }
            }

            row += count;
        }
    }

    /// <summary>Elements up to the next line of the caches. An object that moves meanwhile costs a little time, and nothing else.</summary>
    private static unsafe nint ToLine(ref float element) => -((nint)Unsafe.AsPointer(ref element) / sizeof(float)) & (Long - 1);

    /// <summary>Two rows become one, their elements in turn.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="second">The second row.</param>
    /// <param name="target">The row of pairs.</param>
    /// <param name="pairs">Their number, at least 4.</param>
    [MethodImpl(Root)]
    public static void Zip(ref float first, ref float second, ref float target, nint pairs)
    {
        for (nint k = 0; k < pairs; k += Short)
        {
            nint at = Math.Min(k, pairs - Short);
            var (a, b) = (Vector128.LoadUnsafe(ref first, (nuint)at), Vector128.LoadUnsafe(ref second, (nuint)at));
            Low(a, b).StoreUnsafe(ref target, (nuint)(2 * at));
            High(a, b).StoreUnsafe(ref target, (nuint)((2 * at) + Short));
        }
    }

    /// <summary>Each row becomes two, of every other element each.</summary>
    /// <param name="source">The first row of pairs.</param>
    /// <param name="sourceStep">Elements from a row of pairs to the next.</param>
    /// <param name="target">The first row's row of first elements.</param>
    /// <param name="step">Elements from there to the next row's.</param>
    /// <param name="second">Elements from a row of first elements to its row of second ones.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="pairs">Pairs of a row, at least 4.</param>
    [MethodImpl(Root)]
    public static void Unzip(ref float source, nint sourceStep, ref float target, nint step, nint second, nint rows, nint pairs)
    {
        // Each in a method of its own: where there are no vectors of 512 bits, the compiler would look into all that stands for them, and a first call wait.
        if (AreSupported512 && pairs >= Half)
        {
            UnzipLong(ref source, sourceStep, ref target, step, second, rows, pairs);
        }
        else
        {
            UnzipShort(ref source, sourceStep, ref target, step, second, rows, pairs);
        }
    }

    [MethodImpl(Root)]
    private static void UnzipLong(ref float source, nint sourceStep, ref float target, nint step, nint second, nint rows, nint pairs)
    {
        var even = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        var odd = even + Vector512<int>.One;

        // Behind the whole vectors, the first and the last eight of those that are left, or more, which may overlap each other or what is done.
        nuint low = (nuint)Math.Max(0, pairs - Long);
        nuint high = (nuint)(pairs - Half);
        for (nint row = 0; row < rows; row++)
        {
            ref float from = ref Unsafe.Add(ref source, row * sourceStep);
            ref float first = ref Unsafe.Add(ref target, row * step);
            ref float other = ref Unsafe.Add(ref first, second);
            nint k = 0;
            for (; k + Long <= pairs; k += Long)
            {
                var (a, b) = (Vector512.LoadUnsafe(ref from, (nuint)(2 * k)), Vector512.LoadUnsafe(ref from, (nuint)((2 * k) + Long)));
                Avx512F.PermuteVar16x32x2(a, even, b).StoreUnsafe(ref first, (nuint)k);
                Avx512F.PermuteVar16x32x2(a, odd, b).StoreUnsafe(ref other, (nuint)k);
            }

            if (k < pairs)
            {
                var (a, b) = (Vector512.LoadUnsafe(ref from, 2 * low), Vector512.LoadUnsafe(ref from, 2 * high));
                var (ones, others) = (Avx512F.PermuteVar16x32x2(a, even, b), Avx512F.PermuteVar16x32x2(a, odd, b));
                ones.GetLower().StoreUnsafe(ref first, low);
                ones.GetUpper().StoreUnsafe(ref first, high);
                others.GetLower().StoreUnsafe(ref other, low);
                others.GetUpper().StoreUnsafe(ref other, high);
            }
        }
    }

    [MethodImpl(Root)]
    private static void UnzipShort(ref float source, nint sourceStep, ref float target, nint step, nint second, nint rows, nint pairs)
    {
        for (nint row = 0; row < rows; row++)
        {
            ref float from = ref Unsafe.Add(ref source, row * sourceStep);
            ref float first = ref Unsafe.Add(ref target, row * step);
            ref float other = ref Unsafe.Add(ref first, second);
            for (nint k = 0; k < pairs; k += Short)
            {
                nint at = Math.Min(k, pairs - Short);
                var (a, b) = (Vector128.LoadUnsafe(ref from, (nuint)(2 * at)), Vector128.LoadUnsafe(ref from, (nuint)((2 * at) + Short)));
                if (Sse.IsSupported)
                {
                    Sse.Shuffle(a, b, 0b10_00_10_00).StoreUnsafe(ref first, (nuint)at);
                    Sse.Shuffle(a, b, 0b11_01_11_01).StoreUnsafe(ref other, (nuint)at);
                }
                else
                {
                    AdvSimd.Arm64.UnzipEven(a, b).StoreUnsafe(ref first, (nuint)at);
                    AdvSimd.Arm64.UnzipOdd(a, b).StoreUnsafe(ref other, (nuint)at);
                }
            }
        }
    }

    /// <summary>Four source rows become four columns, tile by tile.</summary>
    [MethodImpl(Root)]
    private static void ExchangeShort(ref float source, nint sourceStep, ref float target, nint step, nint rows, bool beginsLine)
    {
        for (nint k = 0; k < rows; k += Short)
        {
            nint row = Math.Min(k, rows - Short);
            ref float from = ref Unsafe.Add(ref source, row);
            ref float to = ref Unsafe.Add(ref target, row * step);
            if (beginsLine)
            {
                PrefetchNext(ref to, step);
            }

            var (a, b) = (Vector128.LoadUnsafe(ref from), Vector128.LoadUnsafe(ref Unsafe.Add(ref from, sourceStep)));
            var (c, d) = (Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 2 * sourceStep)), Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 3 * sourceStep)));
            var (even, odd) = (Low(a, c), Low(b, d));
            Low(even, odd).StoreUnsafe(ref to);
            High(even, odd).StoreUnsafe(ref Unsafe.Add(ref to, step));
            (even, odd) = (High(a, c), High(b, d));
            Low(even, odd).StoreUnsafe(ref Unsafe.Add(ref to, 2 * step));
            High(even, odd).StoreUnsafe(ref Unsafe.Add(ref to, 3 * step));
        }
    }

    /// <summary>Eight source rows become eight columns, or sixteen become a line's as two times eight.</summary>
    [MethodImpl(Root)]
    private static void ExchangeHalves(ref float source, nint sourceStep, ref float target, nint step, nint rows, bool isLong)
    {
        nint far = 4 * sourceStep;
        for (nint k = 0; k < rows; k += Short)
        {
            nint row = Math.Min(k, rows - Short);
            ref float from = ref Unsafe.Add(ref source, row);
            ref float to = ref Unsafe.Add(ref target, row * step);
            ExchangeHalf(ref from, sourceStep, far, ref to, step);
            if (isLong)
            {
                PrefetchNext(ref to, step);
                ExchangeHalf(ref Unsafe.Add(ref from, 2 * far), sourceStep, far, ref Unsafe.Add(ref to, Half), step);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ExchangeHalf(ref float from, nint sourceStep, nint far, ref float to, nint step)
    {
        var a = Two(ref from, far);
        var b = Two(ref Unsafe.Add(ref from, sourceStep), far);
        var c = Two(ref Unsafe.Add(ref from, 2 * sourceStep), far);
        var d = Two(ref Unsafe.Add(ref from, 3 * sourceStep), far);
        var (even, odd) = (Avx.UnpackLow(a, c), Avx.UnpackLow(b, d));
        Avx.UnpackLow(even, odd).StoreUnsafe(ref to);
        Avx.UnpackHigh(even, odd).StoreUnsafe(ref Unsafe.Add(ref to, step));
        (even, odd) = (Avx.UnpackHigh(a, c), Avx.UnpackHigh(b, d));
        Avx.UnpackLow(even, odd).StoreUnsafe(ref Unsafe.Add(ref to, 2 * step));
        Avx.UnpackHigh(even, odd).StoreUnsafe(ref Unsafe.Add(ref to, 3 * step));
    }

    /// <summary>
    /// Sixteen source rows become sixteen columns. The parts of 128 bits of a vector come from rows four apart, so that
    /// interleaving within the parts is all that is left to do.
    /// </summary>
    [MethodImpl(Root)]
    private static void ExchangeLong(ref float source, nint sourceStep, ref float target, nint step, nint rows)
    {
        nint far = 4 * sourceStep;
        for (nint k = 0; k < rows; k += Short)
        {
            nint row = Math.Min(k, rows - Short);
            ref float from = ref Unsafe.Add(ref source, row);
            ref float to = ref Unsafe.Add(ref target, row * step);
            PrefetchNext(ref to, step);
            var a = Four(ref from, far);
            var b = Four(ref Unsafe.Add(ref from, sourceStep), far);
            var c = Four(ref Unsafe.Add(ref from, 2 * sourceStep), far);
            var d = Four(ref Unsafe.Add(ref from, 3 * sourceStep), far);
            var (even, odd) = (Avx512F.UnpackLow(a, c), Avx512F.UnpackLow(b, d));
            Avx512F.UnpackLow(even, odd).StoreUnsafe(ref to);
            Avx512F.UnpackHigh(even, odd).StoreUnsafe(ref Unsafe.Add(ref to, step));
            (even, odd) = (Avx512F.UnpackHigh(a, c), Avx512F.UnpackHigh(b, d));
            Avx512F.UnpackLow(even, odd).StoreUnsafe(ref Unsafe.Add(ref to, 2 * step));
            Avx512F.UnpackHigh(even, odd).StoreUnsafe(ref Unsafe.Add(ref to, 3 * step));
        }
    }

    /// <summary>
    /// Asks for the lines that follow in four rows, where the next strip's vectors end: at the latest there a line begins that this strip does not write.
    /// Stores wait for their lines one after the other, twice as long where they touch two of them; rows are too many and too far apart for the
    /// processor to see where they go on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchNext(ref float target, nint step)
    {
        ref float next = ref Unsafe.Add(ref target, (2 * Long) - 1);
        Caches.Prefetch(ref next);
        Caches.Prefetch(ref Unsafe.Add(ref next, step));
        Caches.Prefetch(ref Unsafe.Add(ref next, 2 * step));
        Caches.Prefetch(ref Unsafe.Add(ref next, 3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Four(ref float source, nint far) => Vector512.Create(Two(ref source, far), Two(ref Unsafe.Add(ref source, 2 * far), far));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Two(ref float source, nint far)
        => Vector256.Create(Vector128.LoadUnsafe(ref source), Vector128.LoadUnsafe(ref Unsafe.Add(ref source, far)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
