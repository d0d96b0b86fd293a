using System.Numerics;

namespace NumCnn.Conformance.Host;

/// <summary>Between the double precision of references and a network's element type.</summary>
internal static class Numbers
{
    public static T[] To<T>(ReadOnlySpan<double> values)
        where T : unmanaged, INumberBase<T>
    {
        T[] result = new T[values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = T.CreateTruncating(values[i]);
        }

        return result;
    }

    public static double[] From<T>(ReadOnlySpan<T> values)
        where T : unmanaged, INumberBase<T>
    {
        double[] result = new double[values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = double.CreateTruncating(values[i]);
        }

        return result;
    }

    public static double[] From<T>(Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => From<T>(parameter.ToArray());

    /// <summary>As many samples as asked for, from those that there are: repeated, and scaled so that none equals another.</summary>
    public static T[] Repeat<T>(ReadOnlySpan<double> samples, int sampleLength, int count)
        where T : unmanaged, INumberBase<T>
    {
        double[] result = new double[count * sampleLength];
        for (int i = 0; i < result.Length; i++)
        {
            int sample = i / sampleLength;
            result[i] = samples[i % samples.Length] * (1 - sample / (4.0 * (count + 1)));
        }

        return To<T>(result);
    }
}
