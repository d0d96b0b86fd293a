using NumCnn.Benchmarks.Measuring;
using NumCnn.Benchmarks.Peers;
using NumCnn.Benchmarks.Peers.Python;
using NumCnn.Benchmarks.Report;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks;

/// <summary>Compares works with their peers, one row after the other.</summary>
internal sealed class Comparison(PeerSet peers, string? native, bool quick, Action<Row> report)
{
    // A network of few multiply-adds is over before a second thread has begun.
    private const int FewestSamplesToShare = 8;

    private readonly Quiet _quiet = new(peers.ProcessIds);

    private Interleaved Timing => field ??= new(quick, _quiet);

    /// <summary>Turns that began although the other side's threads had not come to rest.</summary>
    public int DisturbedTurns => _quiet.Failures;

    /// <summary>Everything about one network.</summary>
    /// <param name="work">The network.</param>
    /// <param name="threadCounts">Threads to measure with.</param>
    public void Run(Work work, IReadOnlyList<int> threadCounts)
    {
        foreach (int batch in work.InferenceBatches.Union(work.TrainingBatches).Order())
        {
            if (quick && work.IsLarge && batch > 1)
            {
                continue;
            }

            using var data = new WorkData(work, batch);
            foreach (int threads in threadCounts)
            {
                if (work.InferenceBatches.Contains(batch))
                {
                    Run(data, Modes.Infer, threads);
                }

                if (work.TrainingBatches.Contains(batch) && !(quick && batch == 1))
                {
                    Run(data, Modes.Train, threads);
                }
            }
        }

        if (work.Load is not null)
        {
            using var data = new WorkData(work, 1);
            FirstInference.Measure(data, peers.Ort, native, quick ? 3 : 9).ForEach(report);
        }
    }

    private static IContender Ours(WorkData data, string mode, int threads) => mode == Modes.Infer ? new OurInference(data, threads) : new OurTraining(data, threads);

    private void Run(WorkData data, string mode, int threads)
    {
        if (threads > 1 && data.Batch >= FewestSamplesToShare)
        {
            Scale(data, mode, threads);
        }

        foreach (var (name, create) in peers.For(data.Work, mode, data.Batch, threads))
        {
            double peak = FmaPeak.Measure(threads);
            using var ours = Ours(data, mode, threads);
            Row row;
            if (create is null)
            {
                var (seconds, now) = Timing.Measure(ours, threads);
                row = Timed(data, mode, threads, (peak, now), name, seconds, null) with { IsMissing = true, Note = "not installed" };
            }
            else
            {
                try
                {
                    using var peer = create(data);
                    row = Compare(data, mode, threads, peak, ours, peer);
                }
                catch (InvalidOperationException exception)
                {
                    row = Timed(data, mode, threads, null, name, null, null) with { Note = "failed: " + exception.Message };
                }
            }

            report(row);
        }
    }

    /// <summary>Several threads beside one, both ours and no peer loaded: peer µs is one thread's, ratio the gain.</summary>
    private void Scale(WorkData data, string mode, int threads)
    {
        double peak = FmaPeak.Measure(threads);
        using var several = Ours(data, mode, threads);
        using var one = Ours(data, mode, 1);
        var (seconds, alone, now) = Timing.Measure(several, one, threads);
        report(Timed(data, mode, threads, (peak, now), "NumCnn, 1 thread", seconds, alone));
    }

    private Row Compare(WorkData data, string mode, int threads, double peak, IContender ours, IContender peer)
    {
        var parts = mode == Modes.Infer ? [("output", data.Batch * data.Info.OutputLength)] : OurTraining.Parts(data.Network);
        float[] expected = ours.Result();
        float[] exact = mode == Modes.Train && peer is PythonContender { KnowsFloat64: true } reference ? reference.Float64Result() : [];
        foreach (string variant in peer is PythonContender { Variants: var variants } ? variants : [string.Empty])
        {
            (peer as PythonContender)?.Select(variant);
            if (Agreement.Difference(expected, peer.Result(), exact, parts) is { } difference)
            {
                return Timed(data, mode, threads, null, peer.Name, null, null) with { Note = "results differ: " + difference };
            }
        }

        (peer as PythonContender)?.SelectFastest();
        var (ourSeconds, peerSeconds, now) = Timing.Measure(ours, peer, threads);
        return Timed(data, mode, threads, (peak, now), peer.Name, ourSeconds, peerSeconds);
    }

    private static Row Timed(WorkData data, string mode, int threads, (double Highest, double Now)? peak, string peer, double? ours, double? theirs)
    {
        double operations = mode == Modes.Infer ? OperationCount.Inference(data.Info, data.Batch) : OperationCount.TrainingStep(data.Info, data.Batch);
        double? gflops = operations / ours / 1e9;
        return new(data.Work.Name, mode, data.Batch, threads, ours * 1e6, peer, theirs * 1e6, theirs / ours, gflops / peak?.Highest, gflops) { PeakFractionAtClock = gflops / peak?.Now };
    }
}
