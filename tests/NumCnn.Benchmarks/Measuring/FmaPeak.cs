using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NumCnn.Benchmarks.Measuring;

/// <summary>
/// The machine's fused multiply-add peak in float32, measured with chains of dependent operations in registers: enough of
/// them that neither their latency nor any load limits the result.
/// </summary>
internal static class FmaPeak
{
    private const int Iterations = 20_480;
    private const int TurnsOfEach = 4;
    private const int FewestTurns = 100;
    private const int WideChains = 16;
    private const int NarrowChains = 12;
    private const int Steps = 32, Columns = 8, Vectors = 2;

    // Each step's element of eight columns, and then its vectors of weights. A call in a kernel would cost it registers.
    private static readonly unsafe float* s_columns = Zeros(Steps * (Columns + (Vectors * Vector512<float>.Count)));
    private static readonly Turns s_turns = new(Widest.Kernel);

    /// <summary>The peak of the widest vectors that the networks use on this machine.</summary>
    /// <param name="threads">How many cores work at once.</param>
    /// <param name="milliseconds">How long to measure.</param>
    /// <returns>GFLOP/s of all threads together; a multiply-add counts as two.</returns>
    public static double Measure(int threads, int milliseconds = 30) =>
        Measure(Widest.Kernel, Widest.Operations, threads, milliseconds);

    /// <summary>The peak of <see cref="Vector{T}"/>.</summary>
    /// <param name="threads">How many cores work at once.</param>
    /// <param name="milliseconds">How long to measure.</param>
    /// <returns>GFLOP/s.</returns>
    public static double MeasureVectorT(int threads, int milliseconds = 30) => Measure(Narrow, NarrowChains * 2 * Vector<float>.Count, threads, milliseconds);

    /// <summary>
    /// What is left of the peak where multiply-adds have operands from the first cache, as in a convolution's tile of two vectors by eight
    /// columns: processors lower their clock for that, because it takes more power. Without vectors of 64 bytes the peak itself.
    /// </summary>
    /// <param name="threads">How many cores work at once.</param>
    /// <param name="milliseconds">How long to measure.</param>
    /// <returns>GFLOP/s of all threads together, as they are in the long run.</returns>
    public static double MeasureBesideLoads(int threads, int milliseconds = 30)
        => Vector512.IsHardwareAccelerated ? Measure(WideBesideLoads, WideChains * 2 * Vector512<float>.Count, threads, milliseconds, lasting: true) : MeasureVectorT(threads, milliseconds);

    /// <summary>The peak right now: of a few dozen microseconds, at the clock that the work just before has left.</summary>
    /// <param name="threads">How many cores work at once.</param>
    /// <returns>GFLOP/s of all threads together.</returns>
    public static double Now(int threads)
    {
        int turns = threads > 1 ? threads * TurnsOfEach : 1;
        long before = Stopwatch.GetTimestamp();
        WorkerPool.Shared.Run(s_turns, turns, 1, threads);
        return (double)Widest.Operations * Iterations * turns / Stopwatch.GetElapsedTime(before).TotalSeconds / 1e9;
    }

    /// <param name="kernel">Iterations of multiply-adds.</param>
    /// <param name="operationsPerIteration">Additions and multiplications of each.</param>
    /// <param name="threads">How many cores work at once.</param>
    /// <param name="milliseconds">How long to measure.</param>
    /// <param name="lasting">The median of many turns instead of the best: the first ones pass before the clock is lowered.</param>
    private static double Measure(Func<float> kernel, int operationsPerIteration, int threads, int milliseconds, bool lasting = false)
    {
        kernel();
        double total = 0;
        using var start = new Barrier(threads);
        var gate = new Lock();
        void Work()
        {
            start.SignalAndWait();
            var rates = new List<double>();
            long end = Stopwatch.GetTimestamp() + (milliseconds * Stopwatch.Frequency / 1000);

            // A clock alone would do for an idle machine; on a busy one the first turns may be interrupted, all of them.
            for (int turn = 0; turn < FewestTurns || Stopwatch.GetTimestamp() < end; turn++)
            {
                long before = Stopwatch.GetTimestamp();
                kernel();
                double seconds = Stopwatch.GetElapsedTime(before).TotalSeconds;
                rates.Add((double)operationsPerIteration * Iterations / seconds / 1e9);
            }

            lock (gate)
            {
                total += lasting ? Interleaved.Median([.. rates]) : rates.Max();
            }
        }

        var others = Enumerable.Range(1, threads - 1).Select(_ => new Thread(Work)).ToList();
        others.ForEach(static thread => thread.Start());
        Work();
        others.ForEach(static thread => thread.Join());
        return total;
    }

    /// <summary>Multiply-adds in the widest vectors of this machine, and the operations of an iteration.</summary>
    private static (Func<float> Kernel, int Operations) Widest
        => Vector512.IsHardwareAccelerated ? (Wide, WideChains * 2 * Vector512<float>.Count) : (Narrow, NarrowChains * 2 * Vector<float>.Count);

    private static unsafe float* Zeros(int count)
    {
        float* values = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        new Span<float>(values, count).Clear();
        return values;
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
    private static unsafe float WideBesideLoads()
    {
        float* columns = s_columns;
        var b = Vector512.Create(1e-3f);
        Vector512<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b, c12 = b, c13 = b, c14 = b, c15 = b;
        for (int i = 0; i < Iterations; i += Steps)
        {
            float* weights = columns + (Steps * Columns);
            for (float* column = columns; column < columns + Steps; column++)
            {
                var (w0, w1) = (Vector512.Load(weights), Vector512.Load(weights + Vector512<float>.Count));
                var value = Vector512.Create(*column);
                c0 = Vector512.FusedMultiplyAdd(value, w0, c0);
                c1 = Vector512.FusedMultiplyAdd(value, w1, c1);
                value = Vector512.Create(column[Steps]);
                c2 = Vector512.FusedMultiplyAdd(value, w0, c2);
                c3 = Vector512.FusedMultiplyAdd(value, w1, c3);
                value = Vector512.Create(column[2 * Steps]);
                c4 = Vector512.FusedMultiplyAdd(value, w0, c4);
                c5 = Vector512.FusedMultiplyAdd(value, w1, c5);
                value = Vector512.Create(column[3 * Steps]);
                c6 = Vector512.FusedMultiplyAdd(value, w0, c6);
                c7 = Vector512.FusedMultiplyAdd(value, w1, c7);
                value = Vector512.Create(column[4 * Steps]);
                c8 = Vector512.FusedMultiplyAdd(value, w0, c8);
                c9 = Vector512.FusedMultiplyAdd(value, w1, c9);
                value = Vector512.Create(column[5 * Steps]);
                c10 = Vector512.FusedMultiplyAdd(value, w0, c10);
                c11 = Vector512.FusedMultiplyAdd(value, w1, c11);
                value = Vector512.Create(column[6 * Steps]);
                c12 = Vector512.FusedMultiplyAdd(value, w0, c12);
                c13 = Vector512.FusedMultiplyAdd(value, w1, c13);
                value = Vector512.Create(column[7 * Steps]);
                c14 = Vector512.FusedMultiplyAdd(value, w0, c14);
                c15 = Vector512.FusedMultiplyAdd(value, w1, c15);
                weights += Vectors * Vector512<float>.Count;
            }
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

    /// <summary>Turns as items, for threads that are there already.</summary>
    private sealed class Turns(Func<float> kernel) : IParallelWork
    {
        private float _sum;

        public void Run(int thread, int first, int end)
        {
            for (int turn = first; turn < end; turn++)
            {
                _sum = kernel();
            }
        }
    }
}
