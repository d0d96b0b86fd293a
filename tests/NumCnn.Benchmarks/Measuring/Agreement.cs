namespace NumCnn.Benchmarks.Measuring;

/// <summary>Compares what two sides computed before their times are.</summary>
internal static class Agreement
{
    /// <summary>float32 sums of up to some thousand terms, in another order, through up to some twenty layers; a share of a part's largest value.</summary>
    public const double Tolerance = 2e-3;

    /// <summary>Compares whole results.</summary>
    /// <param name="ours">One result.</param>
    /// <param name="peer">The other.</param>
    /// <param name="parts">Lengths of the parts that follow one another in a result, each with a scale of its own.</param>
    /// <param name="tolerance">The largest difference, as a share of the part's largest value.</param>
    /// <returns>What differs, or null.</returns>
    public static string? Difference(ReadOnlySpan<float> ours, ReadOnlySpan<float> peer, IReadOnlyList<(string Name, int Length)> parts, double tolerance)
    {
        if (ours.Length != peer.Length || ours.Length != parts.Sum(static part => part.Length))
        {
            return $"{ours.Length} values here, {peer.Length} there";
        }

        // A part whose true values are zero (a bias in front of batch norm has no gradient) is noise of the largest part's scale.
        double floor = 1e-3 * Largest(peer);
        int start = 0;
        foreach (var (name, length) in parts)
        {
            double limit = tolerance * Math.Max(Largest(peer.Slice(start, length)), floor);
            for (int i = start; i < start + length; i++)
            {
                if (!(Math.Abs(ours[i] - peer[i]) <= limit))
                {
                    return $"{name}[{i - start}] is {ours[i]:g7} here, {peer[i]:g7} there";
                }
            }

            start += length;
        }

        return null;
    }

    private static double Largest(ReadOnlySpan<float> values)
    {
        double largest = 0;
        foreach (float value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }
}
