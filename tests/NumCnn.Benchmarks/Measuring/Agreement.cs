namespace NumCnn.Benchmarks.Measuring;

/// <summary>Compares what two sides computed before their times are.</summary>
internal static class Agreement
{
    // float32 sums of up to some thousand terms, in another order, through up to some twenty layers; a share of a part's largest value.
    private const double Tolerance = 2e-3;

    // How many times farther than the peer we may be from the truth where batch norms amplify rounding beyond that.
    private const double Excess = 8;

    // Where rounding has moved a value across a rectifier's zero, single gradients jump, of either side: then the share of a whole part's norm.
    private const double NormTolerance = 0.1;

    /// <summary>Compares whole results.</summary>
    /// <param name="ours">One result.</param>
    /// <param name="peer">The other.</param>
    /// <param name="exact">The peer's result in float64, or nothing: the gradients of a deep network in float32 may be wrong by a tenth on either side.</param>
    /// <param name="parts">Lengths of the parts that follow one another in a result, each with a scale of its own.</param>
    /// <returns>What differs, or null.</returns>
    public static string? Difference(ReadOnlySpan<float> ours, ReadOnlySpan<float> peer, ReadOnlySpan<float> exact, IReadOnlyList<(string Name, int Length)> parts)
    {
        if (ours.Length != peer.Length || ours.Length != parts.Sum(static part => part.Length))
        {
            return $"{ours.Length} values here, {peer.Length} there";
        }

        // A part whose true values are zero (a bias in front of batch norm has no gradient) is noise of the others' scale.
        double floor = 1e-2 * Largest(peer);
        var truth = exact.IsEmpty ? peer : exact;
        int start = 0;
        foreach (var (name, length) in parts)
        {
            var expected = truth.Slice(start, length);
            var (here, there) = (Farthest(ours.Slice(start, length), expected), Farthest(peer.Slice(start, length), expected));
            double limit = Math.Max(Tolerance * Math.Max(Largest(expected), floor), Excess * there.Distance);
            bool isClose = here.Distance <= limit || (!exact.IsEmpty && NormOfDifference(ours.Slice(start, length), expected) <= NormTolerance * NormOfDifference(expected, []));
            if (!isClose)
            {
                return $"{name}[{here.Index}] is {ours[start + here.Index]:g7} here, {peer[start + here.Index]:g7} there"
                    + (exact.IsEmpty ? string.Empty : $", {expected[here.Index]:g7} in float64, where the peer is off by {there.Distance:g2} at most");
            }

            start += length;
        }

        return null;
    }

    /// <summary>The largest difference; a value that is no number is farther than any.</summary>
    private static (double Distance, int Index) Farthest(ReadOnlySpan<float> values, ReadOnlySpan<float> expected)
    {
        var (farthest, index) = (0.0, 0);
        for (int i = 0; i < values.Length; i++)
        {
            double distance = Math.Abs((double)values[i] - expected[i]);
            if (double.IsNaN(distance))
            {
                return (double.PositiveInfinity, i);
            }

            if (distance > farthest)
            {
                (farthest, index) = (distance, i);
            }
        }

        return (farthest, index);
    }

    /// <summary>The Euclidean norm of a difference; NaN, which is close to nothing, if a value is no number.</summary>
    private static double NormOfDifference(ReadOnlySpan<float> values, ReadOnlySpan<float> expected)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double difference = (double)values[i] - (expected.IsEmpty ? 0 : expected[i]);
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
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
