using System.Diagnostics;

namespace NumCnn.Samples.Articles;

/// <summary>The same work done by the compiled network and by NumPy.</summary>
/// <param name="What">The work.</param>
/// <param name="Seconds">The compiled network's time, one thread.</param>
/// <param name="NumPySeconds">The time of the article's way in NumPy; null where NumPy is not installed.</param>
public sealed record Timing(string What, double Seconds, double? NumPySeconds)
{
    /// <summary>How many times faster the compiled network is.</summary>
    public double? Ratio => NumPySeconds / Seconds;

    /// <summary>The shortest of several runs, for other programs only ever add to a time; the first run, which compiles, does not count.</summary>
    public static double Best(Action work)
    {
        work();
        double best = double.MaxValue;
        long start = Stopwatch.GetTimestamp();
        for (int run = 0; run < 5 || (run < 1000 && Stopwatch.GetElapsedTime(start).TotalSeconds < 0.25); run++)
        {
            long from = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(from).TotalSeconds);
        }

        return best;
    }

    /// <summary>A time with a unit that suits it.</summary>
    public static string Text(double? seconds) => seconds switch
    {
        null => "not installed",
        >= 1 => $"{seconds:0.00} s",
        >= 1e-3 => $"{seconds * 1e3:0.00} ms",
        _ => $"{seconds * 1e6:0.0} µs",
    };

    /// <summary>A ratio with about three digits.</summary>
    public static string Times(double? ratio) => ratio switch
    {
        null => "–",
        >= 100 => $"{ratio:#,0}×",
        _ => $"{ratio:0.0}×",
    };
}
