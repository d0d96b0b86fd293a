using System.Numerics;
using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>
/// Activations element by element over magnitudes from 1e-8 to 100: small results count as much as large ones, which a
/// tolerance by the largest magnitude would not see.
/// </summary>
public class ActivationSweepTests
{
    public static TheoryData<string> Sweeps => new(CorpusNetwork.All.Select(static network => network.Name).Where(static name => name.EndsWith("_sweep", StringComparison.Ordinal) && !name.Contains("softmax", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Sweeps))]
    public void Each_element_is_right_in_float64(string name) => Check<double>(name, relative: 1e-14, smallest: 1e-300);

    [Theory]
    [MemberData(nameof(Sweeps))]
    public void Each_element_is_right_in_float32(string name) => Check<float>(name, relative: 1e-6, smallest: 1e-37);

    private static void Check<T>(string name, double relative, double smallest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CorpusNetwork corpus = CorpusNetwork.Get(name);
        INetwork<T> network = CorpusNetworks.Load<T>(name);
        double[] x = corpus.Golden.Values("x"), expected = corpus.Golden.Values("eval.y");
        double[] actual = Numbers.From(network.Forward(Numbers.To<T>(x)));
        for (int e = 0; e < x.Length; e++)
        {
            // gelu is x · (1 + erf) / 2: where 1 + erf cancels, PyTorch's own value is no better than a rounding of x
            expected[e] = NearZero(name, x[e]) ?? expected[e];
            double scale = name.StartsWith("gelu", StringComparison.Ordinal) ? Math.Max(Math.Abs(expected[e]), Math.Min(Math.Abs(x[e]), 1)) : Math.Abs(expected[e]);
            Assert.True(Math.Abs(actual[e] - expected[e]) <= relative * scale + smallest, $"{name} of {x[e]:R} is {actual[e]:R} instead of {expected[e]:R}, off by {Math.Abs(actual[e] - expected[e]) / scale:E1}.");
        }
    }

    /// <summary>
    /// Just below 0 PyTorch computes e^x − 1 as written and loses all but the absolute rounding of 1; there the series
    /// x + x²/2! + … + x⁹/9! (its next term is below 3e-16 of x) is the witness.
    /// </summary>
    private static double? NearZero(string name, double x)
    {
        double scale = name switch { "elu_sweep" => 1, "selu_sweep" => 1.0507009873554804934 * 1.6732632423543772848, _ => 0 };
        if (scale == 0 || x is not (< 0 and > -0.1))
        {
            return null;
        }

        double sum = 0, term = 1;
        double[] terms = new double[9];
        for (int k = 1; k <= 9; k++)
        {
            terms[k - 1] = term *= x / k;
        }

        for (int k = 8; k >= 0; k--)
        {
            sum += terms[k];
        }

        return scale * sum;
    }

    [Theory]
    [MemberData(nameof(Sweeps))]
    public void Infinities_and_NaN_give_what_the_function_says(string name)
    {
        CheckLimits<double>(name);
        CheckLimits<float>(name);
    }

    private static void CheckLimits<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        INetwork<T> network = CorpusNetworks.Load<T>(name);
        T[] x = new T[network.Info.InputLength];
        x[1] = T.NaN;
        x[2] = T.PositiveInfinity;
        x[3] = T.CreateTruncating(1e30);
        x[4] = T.CreateTruncating(-1e30);
        double[] y = Numbers.From(network.Forward(x));

        // NaN is passed on: a network must not hide that its numbers went wrong
        Assert.True(double.IsNaN(y[1]), $"{name} of NaN is {y[1]}.");
        (double high, double low) = name.Replace("_sweep", "", StringComparison.Ordinal) switch
        {
            "relu6" => (6, 0),
            "hardsigmoid" or "sigmoid" => (1, 0),
            "tanh" => (1, -1),
            "elu" => (1e30, -1),
            "selu" => (1.0507009873554805e30, -1.7580993408473766),
            "leaky_relu" => (1e30, -1e28),
            "prelu" => (1e30, -1e30 * double.CreateTruncating(network.Parameters["prelu1.weight"][0])),
            _ => (1e30, 0),
        };
        Compare.Close($"{name} of 1e30", [high], [y[3]], 1e-6);
        Compare.Close($"{name} of -1e30", [low], [y[4]], 1e-6);
        Assert.Equal(high == 1e30 || high > 1e30 ? double.PositiveInfinity : high, y[2], 1e-6);
    }
}
