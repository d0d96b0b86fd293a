using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NumCnn.Benchmarks.Measuring;

/// <summary>How fast one thread reads memory again and again, in a row and with nothing else to do than one multiply-add a vector.</summary>
internal static class CacheRate
{
    private const int Aligned = 64, Block = 128, Turns = 301;
    private const double TurnBytes = 4e6;

    /// <summary>The median of many turns.</summary>
    /// <param name="bytes">The memory: what fits a cache is read from there.</param>
    /// <returns>Bytes a second.</returns>
    public static unsafe double Measure(long bytes)
    {
        nint length = (nint)(bytes / sizeof(float) / Block * Block);
        int runs = (int)Math.Ceiling(TurnBytes / (length * sizeof(float)));
        float* values = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), Aligned);
        try
        {
            NativeMemory.Clear(values, (nuint)length * sizeof(float));
            double[] rates = new double[Turns];
            for (int turn = 0; turn < Turns; turn++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int run = 0; run < runs; run++)
                {
                    if (Vector512.IsHardwareAccelerated)
                    {
                        Wide(values, length);
                    }
                    else
                    {
                        Narrow(values, length);
                    }
                }

                rates[turn] = (double)runs * length * sizeof(float) / Stopwatch.GetElapsedTime(start).TotalSeconds;
            }

            return Interleaved.Median(rates);
        }
        finally
        {
            NativeMemory.AlignedFree(values);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe Vector512<float> Wide(float* values, nint length)
    {
        var a = Vector512.Create(0.5f);
        var (s0, s1, s2, s3, s4, s5, s6, s7) = (a, a, a, a, a, a, a, a);
        for (float* p = values; p < values + length; p += 128)
        {
            s0 = Vector512.FusedMultiplyAdd(Vector512.Load(p), a, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Load(p + 16), a, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Load(p + 32), a, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Load(p + 48), a, s3);
            s4 = Vector512.FusedMultiplyAdd(Vector512.Load(p + 64), a, s4);
            s5 = Vector512.FusedMultiplyAdd(Vector512.Load(p + 80), a, s5);
            s6 = Vector512.FusedMultiplyAdd(Vector512.Load(p + 96), a, s6);
            s7 = Vector512.FusedMultiplyAdd(Vector512.Load(p + 112), a, s7);
        }

        return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe Vector<float> Narrow(float* values, nint length)
    {
        var a = new Vector<float>(0.5f);
        var (s0, s1, s2, s3, s4, s5, s6, s7) = (a, a, a, a, a, a, a, a);
        int step = Vector<float>.Count;
        for (float* p = values; p < values + length; p += 8 * step)
        {
            s0 = Vector.MultiplyAddEstimate(Vector.Load(p), a, s0);
            s1 = Vector.MultiplyAddEstimate(Vector.Load(p + step), a, s1);
            s2 = Vector.MultiplyAddEstimate(Vector.Load(p + (2 * step)), a, s2);
            s3 = Vector.MultiplyAddEstimate(Vector.Load(p + (3 * step)), a, s3);
            s4 = Vector.MultiplyAddEstimate(Vector.Load(p + (4 * step)), a, s4);
            s5 = Vector.MultiplyAddEstimate(Vector.Load(p + (5 * step)), a, s5);
            s6 = Vector.MultiplyAddEstimate(Vector.Load(p + (6 * step)), a, s6);
            s7 = Vector.MultiplyAddEstimate(Vector.Load(p + (7 * step)), a, s7);
        }

        return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    }
}
