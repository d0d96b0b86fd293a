namespace NumCnn.Benchmarks.Measuring;

/// <summary>The distance of float32 values from exact ones.</summary>
/// <param name="MaxUlp">The largest, in units of the exact value's last place in float32. Sums that cancel to almost nothing have many.</param>
/// <param name="MeanUlp">The mean, in the same unit.</param>
/// <param name="MaxRelative">The largest distance as a share of the largest exact value.</param>
internal readonly record struct OutputError(double MaxUlp, double MeanUlp, double MaxRelative)
{
    public static OutputError Of(ReadOnlySpan<float> values, ReadOnlySpan<double> exact)
    {
        double largest = 0, farthest = 0, maxUlp = 0, sum = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            double distance = Math.Abs(values[i] - exact[i]);
            double ulp = distance / Ulp(exact[i]);
            (largest, farthest, maxUlp, sum) = (Math.Max(largest, Math.Abs(exact[i])), Math.Max(farthest, distance), Math.Max(maxUlp, ulp), sum + ulp);
        }

        return new(maxUlp, sum / exact.Length, farthest / largest);
    }

    /// <summary>From the float32 nearest to a value to the next larger one.</summary>
    private static double Ulp(double value)
    {
        float nearest = (float)Math.Abs(value);
        return (double)MathF.BitIncrement(nearest) - nearest;
    }
}
