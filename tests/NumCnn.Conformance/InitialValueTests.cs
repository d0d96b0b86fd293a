using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>First values: literals, PyTorch's bounds and deviations, dropout's masks.</summary>
public class InitialValueTests
{
    /// <summary>Uniform over ±bound; the bounds are PyTorch 1.13's formulas, worked out by hand for the layers of the corpus.</summary>
    [Theory]
    [InlineData("init_kinds", "a.weight", 12, 1)] // 1 / √fan_in
    [InlineData("init_kinds", "a.bias", 12, 1)]
    [InlineData("init_kinds", "b.bias", 30, 1)] // init: is for the weight alone
    [InlineData("init_kinds", "c.weight", 20, 6)] // kaiming_uniform, a 0, fan_out: √(6 / 20)
    [InlineData("init_kinds", "d.weight", 50, 6)] // xavier_uniform: √(6 / (20 + 30))
    [InlineData("init_kinds", "g.weight", 16, 1)] // bound 0.25
    [InlineData("init_kinds", "h.bias", 20, 1)]
    [InlineData("init_convolutions", "a.weight", 18, 1)] // 2 channels a group · 3 · 3
    [InlineData("init_convolutions", "a.bias", 18, 1)]
    [InlineData("init_convolutions", "b.weight", 216, 1)] // transposed: fan_in from the second dimension, 24 · 3 · 3
    [InlineData("init_convolutions", "b.bias", 216, 1)]
    [InlineData("init_convolutions", "c.bias", 144, 1)]
    [InlineData("lenet5", "conv1.weight", 25, 1)]
    [InlineData("lenet5", "conv2.weight", 150, 1)]
    [InlineData("lenet5", "scores.weight", 84, 1)]
    public void Uniform_values_fill_PyTorchs_bounds(string network, string parameter, int denominator, int numerator)
    {
        double bound = Math.Sqrt((double)numerator / denominator);
        double[] values = Numbers.From(CorpusNetworks.Create<double>(network).Parameters[parameter]);
        Assert.All(values, value => Assert.InRange(value, -bound, bound));

        // n uniform values reach within a few n-ths of the bound, and their mean square is bound² / 3, each but once in a million
        Assert.True(values.Max(Math.Abs) > bound * (1 - 14.0 / values.Length), $"Largest of {values.Length}: {values.Max(Math.Abs)}, bound {bound}.");
        double meanSquare = values.Average(static value => value * value), expected = bound * bound / 3;
        Assert.InRange(meanSquare / expected, 1 - 5 * Math.Sqrt(0.8 / values.Length), 1 + 5 * Math.Sqrt(0.8 / values.Length));
        Assert.InRange(values.Average() / bound, -5 / Math.Sqrt(3.0 * values.Length), 5 / Math.Sqrt(3.0 * values.Length));
    }

    [Theory]
    [InlineData("init_kinds", "b.weight", 2.0 / 30)] // kaiming_normal: √(2 / fan_in)
    [InlineData("init_kinds", "e.weight", 4 * 2.0 / 50)] // xavier_normal, gain 2
    [InlineData("init_kinds", "f.weight", 0.25)] // std 0.5
    [InlineData("init_convolutions", "c.weight", 2.0 / 120)] // fan_out 20 · 3 · 2
    public void Normal_values_have_PyTorchs_deviation(string network, string parameter, double variance)
    {
        double[] values = Numbers.From(CorpusNetworks.Create<double>(network).Parameters[parameter]);
        double meanSquare = values.Average(static value => value * value);
        Assert.InRange(meanSquare / variance, 1 - 5 * Math.Sqrt(2.0 / values.Length), 1 + 5 * Math.Sqrt(2.0 / values.Length));
        Assert.InRange(values.Average() / Math.Sqrt(variance), -5 / Math.Sqrt(values.Length), 5 / Math.Sqrt(values.Length));

        // a uniform distribution of that variance would end at 1.73 deviations
        Assert.Contains(values, value => Math.Abs(value) > 2 * Math.Sqrt(variance));
    }

    [Theory]
    [InlineData("init_kinds", "h.weight", 0)]
    [InlineData("init_kinds", "i.weight", 1)]
    [InlineData("batch_norm2d_plain", "batch_norm1.weight", 1)]
    [InlineData("batch_norm2d_plain", "batch_norm1.bias", 0)]
    [InlineData("batch_norm2d_plain", "batch_norm1.running_mean", 0)]
    [InlineData("batch_norm2d_plain", "batch_norm1.running_var", 1)]
    [InlineData("layer_norm_image", "layer_norm1.weight", 1)]
    [InlineData("group_norm_plain", "group_norm1.bias", 0)]
    [InlineData("instance_norm2d_affine", "instance_norm1.weight", 1)]
    [InlineData("prelu_channels", "prelu1.weight", 0.25)]
    [InlineData("prelu_input", "prelu1.weight", 0.1)]
    public void Constant_values_are_PyTorchs(string network, string parameter, double expected)
        => Assert.All(Numbers.From(CorpusNetworks.Create<double>(network).Parameters[parameter]), value => Assert.Equal(expected, value));

    [Theory]
    [InlineData("literal_conv", "conv1.weight")]
    [InlineData("literal_conv", "conv1.bias")]
    [InlineData("literal_linear", "linear1.weight")]
    [InlineData("literal_linear", "linear1.bias")]
    public void Literal_values_are_the_files(string network, string parameter)
    {
        double[] expected = CorpusNetwork.Get(network).Golden.Values("param." + parameter);
        Assert.Equal(Array.ConvertAll(expected, static value => (float)value), CorpusNetworks.Create<float>(network).Parameters[parameter].ToArray());

        // the reference script rounds literals to float32
        Compare.Close(parameter, expected, Numbers.From(CorpusNetworks.Create<double>(network).Parameters[parameter]), 1e-7);
    }

    [Fact]
    public void Dropout_keeps_a_share_and_scales_it()
    {
        var network = (INetwork<float>)CorpusNetworks.Create<float>("dropout_plain");
        const int samples = 500;
        const double p = 0.3;
        float[] x = new float[samples * network.Info.InputLength];
        Array.Fill(x, 2);
        network.Training = true;
        float[] y = network.Forward(x).ToArray();
        int kept = y.Count(static value => value != 0);
        Assert.All(y.Where(static value => value != 0), value => Assert.Equal(2 / (1 - p), value, 1e-5));
        Assert.InRange((double)kept / y.Length, 1 - p - 5 * Math.Sqrt(p * (1 - p) / y.Length), 1 - p + 5 * Math.Sqrt(p * (1 - p) / y.Length));

        // each feature and each sample are dropped by themselves, not in a pattern
        int length = network.Info.InputLength;
        for (int f = 0; f < length; f++)
        {
            double share = Enumerable.Range(0, samples).Count(n => y[n * length + f] != 0) / (double)samples;
            Assert.InRange(share, 0.55, 0.85);
        }

        int equalNeighbours = Enumerable.Range(0, y.Length - 1).Count(e => y[e] == y[e + 1]);
        Assert.InRange(equalNeighbours / (double)y.Length, 0.58 - 0.03, 0.58 + 0.03);

        // Backward draws the same mask again
        float[] dy = Enumerable.Repeat(1f, y.Length).ToArray(), dx = new float[x.Length];
        network.Backward(dy, dx);
        Compare.SameBits<float>("gradient through the mask", Array.ConvertAll(y, static value => value / 2), dx);

        // the next step has another mask; evaluation has none; the same seed has the same
        Assert.NotEqual(y, network.Forward(x).ToArray());
        network.Training = false;
        Assert.Equal(x, network.Forward(x).ToArray());
        var twin = (INetwork<float>)CorpusNetworks.Create<float>("dropout_plain");
        twin.Training = true;
        Compare.SameBits<float>("mask of the same seed", y, twin.Forward(x));
    }

    [Fact]
    public void Dropout_masks_do_not_depend_on_threads()
    {
        float[][] outputs = new float[3][];
        for (int threads = 1; threads <= 3; threads++)
        {
            INetwork<float> network = CorpusNetworks.Load<float>("dropout_network");
            network.Training = true;
            network.Threads = threads;
            outputs[threads - 1] = network.Forward(Numbers.Repeat<float>(CorpusNetwork.Get("dropout_network").Golden.Values("x"), network.Info.InputLength, 13)).ToArray();
        }

        Compare.SameBits<float>("two threads", outputs[0], outputs[1]);
        Compare.SameBits<float>("three threads", outputs[0], outputs[2]);
    }

    [Fact]
    public void Frozen_parameters_do_not_move()
    {
        foreach (string name in (string[])["frozen_first", "frozen_middle", "batch_norm2d_frozen"])
        {
            INetwork<float> network = CorpusNetworks.Load<float>(name);
            network.Training = true;
            Dictionary<string, float[]> before = network.Parameters.ToDictionary(static parameter => parameter.Name, static parameter => parameter.ToArray(), StringComparer.Ordinal);
            float[] x = Numbers.To<float>(CorpusNetwork.Get(name).Golden.Values("x"));
            for (int step = 0; step < 3; step++)
            {
                network.Forward(x);
                network.Backward(Numbers.To<float>(CorpusNetwork.Get(name).Golden.Values("eval.dy")));
                new AdamW(learningRate: 0.1).Step(network);
            }

            Assert.Contains(network.Parameters, static parameter => !parameter.Trainable);
            foreach (Parameter<float> parameter in network.Parameters)
            {
                if (parameter.Trainable)
                {
                    Assert.NotEqual(before[parameter.Name], parameter.ToArray());
                }
                else
                {
                    Assert.Equal(before[parameter.Name], parameter.ToArray());
                    Assert.Throws<InvalidOperationException>(() => parameter.Gradient);
                }
            }
        }
    }
}
