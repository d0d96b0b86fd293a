using NumCnn.Conformance.Naive;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>The naive reference is itself checked, over the whole corpus, before anything is checked against it.</summary>
public class NaiveAgainstPyTorchTests
{
    // Both sides are float64 and differ in the order of their sums only; gradients through norms and a loss amplify that.
    private const double Tolerance = 1e-12;

    public static TheoryData<string> Networks => new(CorpusNetwork.All.Select(static network => network.Name));

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_naive_reference_computes_what_PyTorch_computes(string name)
    {
        CorpusNetwork corpus = CorpusNetwork.Get(name);
        foreach (string mode in corpus.Modes)
        {
            var network = new NaiveNetwork(corpus.Yaml) { Training = mode == "train" };
            foreach (string parameter in corpus.ParameterNames)
            {
                network.Parameters.Add(parameter, [.. corpus.Golden.Values("param." + parameter)]);
            }

            NaiveTensor y = network.Forward(NaiveTensor.Of(corpus.Samples, network.InputShape, corpus.Golden.Values("x")));
            Compare.Close($"{mode} output", corpus.Golden.Values(mode + ".y"), y.Data, Tolerance);
            NaiveTensor dy = y.Like();
            corpus.Golden.Values(mode + ".dy").CopyTo(dy.Data, 0);
            if (network.Loss is not null)
            {
                NaiveTensor gradient = y.Like();
                double loss = network.Loss.Evaluate(y, corpus.Golden.Values("targets"), gradient);
                Compare.Close($"{mode} loss", [corpus.Golden.Scalar(mode + ".loss")], [loss], Tolerance);
                Compare.Close($"{mode} output gradient", dy.Data, gradient.Data, Tolerance);
            }

            NaiveTensor dx = network.Backward(dy);
            Compare.Close($"{mode} input gradient", corpus.Golden.Values(mode + ".dx"), dx.Data, Tolerance);
            string[] expected = [.. corpus.After(mode + ".grad.")];
            Assert.Equal(expected.Order(StringComparer.Ordinal), network.Gradients.Keys.Order(StringComparer.Ordinal));
            foreach (string parameter in expected)
            {
                Compare.Close($"{mode} gradient of {parameter}", corpus.Golden.Values($"{mode}.grad.{parameter}"), network.Gradients[parameter], Tolerance, corpus.GradientScale(mode));
            }

            foreach (string statistic in corpus.After(mode + ".after."))
            {
                Compare.Close($"{mode} {statistic}", corpus.Golden.Values($"{mode}.after.{statistic}"), network.Parameters[statistic], Tolerance);
            }
        }
    }
}
