using System.Numerics;
using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>Every network of the corpus against PyTorch: outputs, loss, gradients and running statistics, whole tensors.</summary>
public class PyTorchTests
{
    // float64: both sides round each of up to a few thousand terms; 1e-12 is that with room for the norms' divisions.
    private const double Float64Tolerance = 1e-12;

    // float32: 2⁻²⁴ = 6e-8 a rounding; sums of hundreds of terms, through up to three layers, stay below fifty of them.
    private const double Float32Tolerance = 3e-6;

    // float32 where more is lost: each with its reason.
    private static readonly Dictionary<string, double> Float32Tolerances = new(StringComparer.Ordinal)
    {
        // ten layers or more, batch norms among them, each of which passes on and amplifies the errors before it
        ["small_resnet"] = 3e-5,
        ["small_mobilenet"] = 3e-5,
        ["small_unet"] = 1e-5,
        ["autoencoder"] = 1e-5,
        ["lenet5"] = 1e-5,
        // statistics over few elements, whose small deviation divides the rounding of its inputs
        ["keep_all"] = 1e-5,
        ["batch_norm1d_plain"] = 3e-5,
        ["batch_norm2d_after_conv"] = 1e-5,
        ["batch_norm2d_columns"] = 1e-5,
        ["columns_batch_norm"] = 1e-5,
        ["instance_norm2d_affine"] = 1e-5,
        // Winograd's algorithm rounds up to twice as much; here twice before a tanh of sums up to 20, and before batch norms
        ["conv2d_winograd_valid"] = 1e-5,
        ["conv2d_winograd_residual"] = 1e-5,
        // the largest softmax is nearly 1, so that its gradient, y · (dy - Σ y · dy), is what is left of values of size 3
        ["softmax_sweep"] = 3e-4,
    };

    public static TheoryData<string> Networks => new(CorpusNetwork.All.Select(static network => network.Name).Where(static name => name != "predictor_only"));

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_float64_network_computes_what_PyTorch_computes(string name) => Check<double>(name, Float64Tolerance);

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_float32_network_computes_what_PyTorch_computes(string name) => Check<float>(name, Float32Tolerances.GetValueOrDefault(name, Float32Tolerance));

    [Fact]
    public void A_network_without_backward_predicts_what_PyTorch_computes()
    {
        CheckPrediction<double>("predictor_only", Float64Tolerance);
        CheckPrediction<float>("predictor_only", Float32Tolerance);
        Assert.False(CorpusNetworks.Create<float>("predictor_only") is INetwork<float>);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Parameters_have_PyTorchs_names_and_shapes(string name)
    {
        CorpusNetwork corpus = CorpusNetwork.Get(name);
        IPredictor<float> network = CorpusNetworks.Create<float>(name);
        Assert.Equal(
            corpus.ParameterNames.Order(StringComparer.Ordinal).Select(parameter => $"{parameter} [{string.Join(", ", corpus.Golden.Shape("param." + parameter))}]"),
            network.Parameters.Select(static parameter => parameter.ToString()).Order(StringComparer.Ordinal));
        long scalars = corpus.ParameterNames.Where(static parameter => !parameter.Contains(".running_", StringComparison.Ordinal)).Sum(parameter => (long)corpus.Golden.Values("param." + parameter).Length);
        Assert.Equal(scalars, network.Info.ParameterCount);
        Assert.Equal(corpus.Golden.Shape("x").Skip(1), network.Info.InputShape);
        Assert.Equal(corpus.Golden.Shape("eval.y").Skip(1), network.Info.OutputShape);
    }

    private static void CheckPrediction<T>(string name, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CorpusNetwork corpus = CorpusNetwork.Get(name);
        IPredictor<T> network = CorpusNetworks.LoadPredictor<T>(name);
        double[] expected = corpus.Golden.Values("eval.y");
        T[] output = new T[expected.Length];
        network.Predict(Numbers.To<T>(corpus.Golden.Values("x")), output);
        Compare.Close("output", expected, Numbers.From<T>(output), tolerance);
    }

    private static void Check<T>(string name, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CorpusNetwork corpus = CorpusNetwork.Get(name);
        T[] x = Numbers.To<T>(corpus.Golden.Values("x"));
        foreach (string mode in corpus.Modes)
        {
            INetwork<T> network = CorpusNetworks.Load<T>(name);
            network.Training = mode == "train";
            T[] y = network.Forward(x).ToArray();
            Compare.Close($"{mode} output", corpus.Golden.Values(mode + ".y"), Numbers.From<T>(y), tolerance);
            T[] dy = Numbers.To<T>(corpus.Golden.Values(mode + ".dy"));
            Assert.Equal(corpus.Golden.Has("targets"), LossCall.Has(network));
            if (LossCall.Has(network))
            {
                double[] targets = corpus.Golden.Values("targets");
                double loss = LossCall.Evaluate(network, targets, out dy);
                Compare.Close($"{mode} loss", [corpus.Golden.Scalar(mode + ".loss")], [loss], tolerance);
                Compare.Close($"{mode} output gradient", corpus.Golden.Values(mode + ".dy"), Numbers.From<T>(dy), tolerance);
                Compare.Close($"{mode} loss of outputs", [loss], [LossCall.Of<T>(network, y, targets)], tolerance);
            }

            T[] dx = new T[x.Length];
            network.Backward(dy, dx);
            Compare.Close($"{mode} input gradient", corpus.Golden.Values(mode + ".dx"), Numbers.From<T>(dx), tolerance);
            string[] trained = [.. corpus.After(mode + ".grad.")];
            Assert.Equal(trained.Order(StringComparer.Ordinal), network.Parameters.Where(static parameter => parameter.Trainable).Select(static parameter => parameter.Name).Order(StringComparer.Ordinal));
            foreach (string parameter in trained)
            {
                Compare.Close($"{mode} gradient of {parameter}", corpus.Golden.Values($"{mode}.grad.{parameter}"), Numbers.From(network.Parameters[parameter].Gradient), tolerance, corpus.GradientScale(mode));
            }

            foreach (string statistic in corpus.After("param.").Where(static parameter => parameter.Contains(".running_", StringComparison.Ordinal)))
            {
                string after = $"{mode}.after.{statistic}";
                Compare.Close($"{mode} {statistic}", corpus.Golden.Values(corpus.Golden.Has(after) ? after : "param." + statistic), Numbers.From(network.Parameters[statistic]), tolerance);
            }
        }
    }
}
