namespace NumCnn.Samples.Shared.Html;

/// <summary>A linear scale from values to positions, with round tick values.</summary>
/// <param name="Minimum">The smallest value shown.</param>
/// <param name="Maximum">The largest value shown; above the minimum.</param>
/// <param name="Step">The distance between ticks: 1, 2, 2.5 or 5 times a power of ten.</param>
public readonly record struct Axis(double Minimum, double Maximum, double Step)
{
    /// <summary>An axis that covers the values and starts and ends at a tick.</summary>
    /// <param name="minimum">The smallest value.</param>
    /// <param name="maximum">The largest value.</param>
    /// <param name="intervals">About how many intervals are wanted.</param>
    public static Axis Covering(double minimum, double maximum, int intervals)
    {
        if (!(maximum > minimum))
        {
            maximum = minimum + 1;
        }

        double rough = (maximum - minimum) / intervals;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 2.5 => 2.5, <= 5 => 5, _ => 10 });
        return new Axis(step * Math.Floor((minimum / step) + 1e-9), step * Math.Ceiling((maximum / step) - 1e-9), step);
    }

    /// <summary>The ticks from the minimum to the maximum.</summary>
    public IEnumerable<double> Ticks()
    {
        int count = (int)Math.Round((Maximum - Minimum) / Step);
        for (int i = 0; i <= count; i++)
        {
            // Rounded, for 3 × 0.1 is not 0.3.
            yield return Math.Round(Minimum + (i * Step), 10);
        }
    }

    /// <summary>Where a value lies between <paramref name="start"/> (the minimum) and <paramref name="end"/> (the maximum).</summary>
    public double Place(double value, double start, double end)
        => start + ((value - Minimum) / (Maximum - Minimum) * (end - start));
}
