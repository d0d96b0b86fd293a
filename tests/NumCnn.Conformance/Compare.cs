using System.Globalization;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>Whole tensors against each other.</summary>
internal static class Compare
{
    /// <summary>
    /// Every element within <paramref name="tolerance"/> of the expected tensor's largest magnitude: sums of many products
    /// cancel, so an element's own size says nothing about its rounding. Where a whole tensor cancels (the gradient of a bias
    /// in front of a batch norm is zero), <paramref name="smallestScale"/> gives the size of its terms instead.
    /// </summary>
    public static void Close(string what, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, double smallestScale = 0)
    {
        if (Difference(expected, actual, tolerance, smallestScale) is { } difference)
        {
            Assert.Fail($"{what}: {difference}");
        }
    }

    /// <summary>Null if the tensors agree, else a description of the worst element.</summary>
    public static string? Difference(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, double smallestScale = 0)
    {
        if (expected.Length != actual.Length)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{expected.Length} elements expected, {actual.Length} found");
        }

        double scale = Math.Max(Magnitude(expected), smallestScale), worst = -1;
        int where = 0, wrong = 0;
        double limit = tolerance * scale;
        for (int e = 0; e < expected.Length; e++)
        {
            double distance = Math.Abs(expected[e] - actual[e]);
            wrong += distance <= limit ? 0 : 1;

            // a NaN on one side is the worst of all
            if (double.IsNaN(distance) ? !double.IsNaN(worst) : distance > worst)
            {
                worst = distance;
                where = e;
            }
        }

        return wrong == 0 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{wrong} of {expected.Length} elements differ; the worst, [{where}], is {actual[where]:R} instead of {expected[where]:R} ({worst / scale:E1} of the largest magnitude {scale:G4}, allowed {tolerance:E1})");
    }

    /// <summary>The largest absolute value.</summary>
    public static double Magnitude(ReadOnlySpan<double> values)
    {
        double magnitude = 0;
        foreach (double value in values)
        {
            magnitude = Math.Max(magnitude, Math.Abs(value));
        }

        return magnitude;
    }

    /// <summary>The same bits, element by element.</summary>
    public static void SameBits<T>(string what, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
        where T : unmanaged
    {
        string? fault = OtherBits(what, expected, actual);
        Assert.True(fault is null, fault);
    }

    /// <summary>Null if the bits are the same, else the first element whose are not.</summary>
    public static string? OtherBits<T>(string what, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
        where T : unmanaged
    {
        if (expected.Length != actual.Length)
        {
            return $"{what}: {expected.Length} elements expected, {actual.Length} found";
        }

        for (int e = 0; e < expected.Length; e++)
        {
            // Equals tells NaN from numbers but not -0 from 0: their bits differ
            if (!System.Runtime.InteropServices.MemoryMarshal.AsBytes(expected.Slice(e, 1)).SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(actual.Slice(e, 1))))
            {
                return $"{what}: element {e} of {expected.Length} is {actual[e]} instead of {expected[e]}, bit for bit";
            }
        }

        return null;
    }
}
