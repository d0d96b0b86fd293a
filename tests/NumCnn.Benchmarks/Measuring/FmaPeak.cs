using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NumCnn.Benchmarks.Measuring;

/// <summary>
/// The machine's fused multiply-add peak in float32, measured with chains of dependent operations in registers: enough of
/// them that neither their latency nor any load limits the result.
/// </summary>
internal static class FmaPeak
{
    private const int Iterations = 20_000;
    private const int FewestTurns = 100;
    private const int WideChains = 16;
    private const int NarrowChains = 12;

    /// <summary>The peak of the widest vectors that the networks use on this machine.</summary>
    /// <param name="threads">How many cores work at once.</param>
    /// <param name="milliseconds">How long to measure.</param>
    /// <returns>GFLOP/s of all threads together; a multiply-add counts as two.</returns>
    public static double Measure(int threads, int milliseconds = 30) =>
        Vector512.IsHardwareAccelerated ? Measure(Wide, WideChains * 2 * Vector512<float>.Count, threads, milliseconds) : MeasureVectorT(threads, milliseconds);

    /// <summary>The peak of <see cref="Vector{T}"/>.</summary>
    /// <param name="threads">How many cores work at once.</param>
    /// <param name="milliseconds">How long to measure.</param>
    /// <returns>GFLOP/s.</returns>
    public static double MeasureVectorT(int threads, int milliseconds = 30) => Measure(Narrow, NarrowChains * 2 * Vector<float>.Count, threads, milliseconds);

    private static double Measure(Func<float> kernel, int operationsPerIteration, int threads, int milliseconds)
    {
        kernel();
        double total = 0;
        using var start = new Barrier(threads);
        var gate = new Lock();
        void Work()
        {
            start.SignalAndWait();
            double best = 0;
            long end = Stopwatch.GetTimestamp() + (milliseconds * Stopwatch.Frequency / 1000);

            // A clock alone would do for an idle machine; on a busy one the first turns may be interrupted, all of them.
            for (int turn = 0; turn < FewestTurns || Stopwatch.GetTimestamp() < end; turn++)
            {
                long before = Stopwatch.GetTimestamp();
                kernel();
                double seconds = Stopwatch.GetElapsedTime(before).TotalSeconds;
                best = Math.Max(best, (double)operationsPerIteration * Iterations / seconds / 1e9);
            }

            lock (gate)
            {
                total += best;
            }
        }

        var others = Enumerable.Range(1, threads - 1).Select(_ => new Thread(Work)).ToList();
        others.ForEach(static thread => thread.Start());
        Work();
        others.ForEach(static thread => thread.Join());
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Wide()
    {
        var (a, b) = (Vector512.Create(0.999f), Vector512.Create(1e-3f));
        Vector512<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b, c12 = b, c13 = b, c14 = b, c15 = b;
        for (int i = 0; i < Iterations; i++)
        {
            c0 = Vector512.FusedMultiplyAdd(c0, a, b);
            c1 = Vector512.FusedMultiplyAdd(c1, a, b);
            c2 = Vector512.FusedMultiplyAdd(c2, a, b);
            c3 = Vector512.FusedMultiplyAdd(c3, a, b);
            c4 = Vector512.FusedMultiplyAdd(c4, a, b);
            c5 = Vector512.FusedMultiplyAdd(c5, a, b);
            c6 = Vector512.FusedMultiplyAdd(c6, a, b);
            c7 = Vector512.FusedMultiplyAdd(c7, a, b);
            c8 = Vector512.FusedMultiplyAdd(c8, a, b);
            c9 = Vector512.FusedMultiplyAdd(c9, a, b);
            c10 = Vector512.FusedMultiplyAdd(c10, a, b);
            c11 = Vector512.FusedMultiplyAdd(c11, a, b);
            c12 = Vector512.FusedMultiplyAdd(c12, a, b);
            c13 = Vector512.FusedMultiplyAdd(c13, a, b);
            c14 = Vector512.FusedMultiplyAdd(c14, a, b);
            c15 = Vector512.FusedMultiplyAdd(c15, a, b);
        }

        return Vector512.Sum(((c0 + c1) + (c2 + c3)) + ((c4 + c5) + (c6 + c7)) + ((c8 + c9) + (c10 + c11)) + ((c12 + c13) + (c14 + c15)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Narrow()
    {
        var (a, b) = (new Vector<float>(0.999f), new Vector<float>(1e-3f));
        Vector<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < Iterations; i++)
        {
            c0 = Vector.MultiplyAddEstimate(c0, a, b);
            c1 = Vector.MultiplyAddEstimate(c1, a, b);
            c2 = Vector.MultiplyAddEstimate(c2, a, b);
            c3 = Vector.MultiplyAddEstimate(c3, a, b);
            c4 = Vector.MultiplyAddEstimate(c4, a, b);
            c5 = Vector.MultiplyAddEstimate(c5, a, b);
            c6 = Vector.MultiplyAddEstimate(c6, a, b);
            c7 = Vector.MultiplyAddEstimate(c7, a, b);
            c8 = Vector.MultiplyAddEstimate(c8, a, b);
            c9 = Vector.MultiplyAddEstimate(c9, a, b);
            c10 = Vector.MultiplyAddEstimate(c10, a, b);
            c11 = Vector.MultiplyAddEstimate(c11, a, b);
        }

        return Vector.Sum(((c0 + c1) + (c2 + c3)) + ((c4 + c5) + (c6 + c7)) + ((c8 + c9) + (c10 + c11)));
    }
}
