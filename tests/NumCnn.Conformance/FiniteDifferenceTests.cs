using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>Gradients against central differences of the network's own forward pass, in float64.</summary>
public class FiniteDifferenceTests
{
    // The truncation error is about Step², the rounding error about 1e-16 / Step of the largest term.
    private const double Step = 1e-6, Tolerance = 1e-6;

    // Every parameter and input of small networks; of large ones this many of each tensor, spread evenly.
    private const int EvaluationsPerTensor = 300;

    /// <summary>All networks but those on which a step crosses a bend: sweeps come as close to zero as 1e-8, ties are bends themselves.</summary>
    public static TheoryData<string> Networks => new(CorpusNetwork.All.Select(static network => network.Name)
        .Where(static name => name != "predictor_only" && !name.EndsWith("_sweep", StringComparison.Ordinal) && !name.EndsWith("_ties", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_are_the_slopes_of_the_forward_pass(string name)
    {
        CorpusNetwork corpus = CorpusNetwork.Get(name);
        foreach (string mode in corpus.Modes)
        {
            INetwork<double> network = CorpusNetworks.Load<double>(name);
            network.Training = mode == "train";
            double[] x = [.. corpus.Golden.Values("x")], dy = corpus.Golden.Values(mode + ".dy"), dx = new double[x.Length];
            network.Forward(x);
            network.Backward(dy, dx);
            double scale = corpus.GradientScale(mode);
            CheckSlopes(network, x, dy, $"{mode} input gradient", dx, scale, x.Length, (e, step) => x[e] += step);
            foreach (Parameter<double> parameter in network.Parameters.Where(static parameter => parameter.Trainable))
            {
                double[] values = parameter.ToArray();
                CheckSlopes(network, x, dy, $"{mode} gradient of {parameter.Name}", parameter.Gradient.ToArray(), scale, values.Length, (e, step) =>
                {
                    values[e] += step;
                    parameter.CopyFrom(values);
                });
            }
        }
    }

    private static void CheckSlopes(INetwork<double> network, double[] x, double[] dy, string what, double[] gradient, double smallestScale, int length, Action<int, double> move)
    {
        double scale = Math.Max(Compare.Magnitude(gradient), smallestScale);
        for (int e = 0; e < length; e += Math.Max(1, length / EvaluationsPerTensor))
        {
            move(e, Step);
            double above = Dot(network.Forward(x), dy);
            move(e, -2 * Step);
            double below = Dot(network.Forward(x), dy);
            move(e, Step);
            double slope = (above - below) / (2 * Step);
            Assert.True(Math.Abs(slope - gradient[e]) <= Tolerance * scale, $"{what}: [{e}] is {gradient[e]:R}, but the slope is {slope:R} (largest magnitude {scale:G4}).");
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
