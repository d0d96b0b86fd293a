namespace NumCnn.Benchmarks.Measuring;

/// <summary>
/// Times two sides in turns, A B A B …, so that both see the same drift of the machine. A turn is a block of runs, long
/// enough for the clock, after one run that is not timed and brings the caches back. It begins when the other side's
/// threads have come to rest. Those of the side whose turn it is sleep, too: where there are several, runs are not
/// timed until each has a processor of its own again, for which a virtual machine's scheduler may take a few ticks.
/// Each turn of ours is followed by a short one of <see cref="FmaPeak.Now"/>.
/// </summary>
/// <param name="quick">Shorter measurements.</param>
/// <param name="quiet">Waits for the other side's threads.</param>
internal sealed class Interleaved(bool quick, Quiet quiet)
{
    private const double WakingSeconds = 0.04;

    private readonly double _blockSeconds = quick ? 1e-3 : 4e-3;
    private readonly double _warmupSeconds = quick ? 0.4 : 0.8;
    private readonly double _budgetSeconds = quick ? 1.5 : 6;
    private readonly int _fewestRounds = quick ? 3 : 5;
    private readonly int _mostRounds = quick ? 15 : 51;

    /// <summary>Medians of a run's time, and of the peak beside ours.</summary>
    /// <param name="ours">Side A.</param>
    /// <param name="peer">Side B.</param>
    /// <param name="threads">Threads of either side, the larger number.</param>
    /// <returns>Seconds a run of both, and GFLOP/s.</returns>
    public (double Ours, double Peer, double Peak) Measure(IContender ours, IContender peer, int threads)
    {
        int ourRuns = Calibrate(ours, out double ourSeconds);
        int peerRuns = Calibrate(peer, out double peerSeconds);
        double waking = Waking(threads);
        double round = (2 * waking) + (ourSeconds * (ourRuns + 1)) + (peerSeconds * (peerRuns + 1));
        int rounds = Math.Clamp((int)(_budgetSeconds / round), _fewestRounds, _mostRounds);
        var (a, b, peak) = (new double[rounds], new double[rounds], new double[rounds]);
        for (int i = 0; i < rounds; i++)
        {
            a[i] = Block(ours, ourRuns, waking);
            peak[i] = FmaPeak.Now(threads);
            b[i] = Block(peer, peerRuns, waking);
        }

        return (Median(a), Median(b), Median(peak));
    }

    /// <summary>The medians of our time and of the peak beside it, where there is no other side.</summary>
    /// <param name="contender">Ours.</param>
    /// <param name="threads">Its threads.</param>
    /// <returns>Seconds a run, and GFLOP/s.</returns>
    public (double Ours, double Peak) Measure(IContender contender, int threads)
    {
        int runs = Calibrate(contender, out double seconds);
        double waking = Waking(threads);
        int rounds = Math.Clamp((int)(_budgetSeconds / (waking + (seconds * (runs + 1)))), _fewestRounds, _mostRounds);
        var (blocks, peak) = (new double[rounds], new double[rounds]);
        for (int i = 0; i < rounds; i++)
        {
            blocks[i] = Block(contender, runs, waking);
            peak[i] = FmaPeak.Now(threads);
        }

        return (Median(blocks), Median(peak));
    }

    private static double Waking(int threads) => threads > 1 ? WakingSeconds : 0;

    public static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private double Block(IContender contender, int runs, double waking)
    {
        quiet.Wait();
        double spent = contender.Time(1);
        while (spent < waking)
        {
            spent += contender.Time(runs);
        }

        return contender.Time(runs) / runs;
    }

    /// <summary>Runs until compilers and pools have settled, and finds how many runs fill a block.</summary>
    private int Calibrate(IContender contender, out double seconds)
    {
        int runs = 1;
        quiet.Wait();
        seconds = contender.Time(1);
        for (double spent = seconds; spent < _warmupSeconds;)
        {
            double block = contender.Time(runs);
            spent += block;
            seconds = block / runs;
            if (block < _blockSeconds)
            {
                runs *= 2;
            }
        }

        return Math.Max(1, (int)(_blockSeconds / seconds));
    }
}
