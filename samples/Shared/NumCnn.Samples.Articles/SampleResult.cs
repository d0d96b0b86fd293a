namespace NumCnn.Samples.Articles;

/// <summary>What a sample found.</summary>
/// <param name="Title">The article's subject.</param>
/// <param name="Checks">Results against references.</param>
/// <param name="Timings">Times; the first one stands for the article in the tour.</param>
public sealed record SampleResult(string Title, IReadOnlyList<Check> Checks, IReadOnlyList<Timing> Timings)
{
    public bool Passed => Checks.Count > 0 && Checks.All(check => check.Passed);

    /// <summary>The largest difference of all checks.</summary>
    public double LargestDifference => Checks.Aggregate(0.0, (largest, check) => Math.Max(largest, check.Difference));

    /// <summary>The checks and the times as lines for the console.</summary>
    public IEnumerable<string> Lines()
    {
        int width = Checks.Max(check => check.What.Length);
        foreach (Check check in Checks)
        {
            yield return $"{(check.Passed ? "ok   " : "WRONG")}  {check.What.PadRight(width)}  difference {check.Difference:0.0e+00}, allowed {check.Allowed}";
        }

        foreach (Timing timing in Timings)
        {
            yield return $"time   {timing.What}: {Timing.Text(timing.Seconds)}, NumPy {Timing.Text(timing.NumPySeconds)}{(timing.Ratio is null ? "" : $", {Timing.Times(timing.Ratio)}")}";
        }
    }
}
