using System.Numerics;

namespace NumCnn.Samples.Articles;

/// <summary>A result compared with the reference's.</summary>
/// <param name="What">What was compared.</param>
/// <param name="Difference">The largest difference, in units of the largest reference value where that exceeds 1; NaN never passes.</param>
/// <param name="Tolerance">What is allowed.</param>
public sealed record Check(string What, double Difference, double Tolerance)
{
    public bool Passed => Difference <= Tolerance;

    /// <summary>The tolerance in words.</summary>
    public string Allowed => Tolerance == 0 ? "none" : $"{Tolerance:0e+00}";

    /// <summary>Compares element by element. Different lengths differ by infinity.</summary>
    public static Check Values<T>(string what, ReadOnlySpan<T> actual, ReadOnlySpan<double> expected, double tolerance)
        where T : INumber<T>
    {
        if (actual.Length != expected.Length || expected.IsEmpty)
        {
            return new Check($"{what} ({actual.Length} instead of {expected.Length} values)", double.PositiveInfinity, tolerance);
        }

        double difference = 0, largest = 1;
        for (int i = 0; i < actual.Length; i++)
        {
            // Math.Max keeps a NaN of either side.
            difference = Math.Max(difference, Math.Abs(double.CreateTruncating(actual[i]) - expected[i]));
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }

        return new Check(what, difference / largest, tolerance);
    }

    /// <summary>Compares one number.</summary>
    public static Check Value(string what, double actual, double expected, double tolerance) => Values<double>(what, [actual], [expected], tolerance);

    /// <summary>Two things that are the same or are not.</summary>
    public static Check Same(string what, bool same) => new(what, same ? 0 : double.PositiveInfinity, 0);
}
