using System.Globalization;
using System.Numerics;
using NumCnn.Conformance.Host;
using NumCnn.Conformance.Npz;
using NumCnn.Random;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>Against NumPy and SciPy (Reference/make_numpy_goldens.py): a whole training run, and convolution and pooling both ways.</summary>
public class NumPyTests
{
    private static readonly Lazy<CompiledNetworks> Layers = new(CompileLayers);

    public static TheoryData<string, int> Convolutions => Cases("conv");

    public static TheoryData<string, int> Pools => Cases("max", "avg");

    [Fact]
    public void A_thousand_epochs_of_the_tiny_network_end_where_NumPy_ends()
    {
        NumpyArchive golden = Read("numpy_tiny_training");
        var random = new RandomState(598765);
        double[] w1 = Array.ConvertAll(random.Randn(2, 2), static value => value * 4), w2 = Array.ConvertAll(random.Randn(4, 1), static value => value * 4);
        Compare.SameBits<double>("NumPy's first kernel", golden.Values("w1_initial"), w1);
        Compare.SameBits<double>("NumPy's first dense weights", golden.Values("w2_initial"), w2);

        // SciPy's convolve2d turns its kernel by 180 degrees, a convolution layer does not
        var network = (ITrainable<double, double>)CorpusNetworks.Create<double>("tiny");
        network.Parameters["conv1.weight"].CopyFrom([.. w1.Reverse()]);
        network.Parameters["linear1.weight"].CopyFrom(w2);
        double[] inputs = golden.Values("inputs"), targets = golden.Values("targets");
        Compare.Close("first outputs", golden.Values("start_output"), Outputs(network, inputs), 1e-14);
        Assert.Equal(golden.Scalar("cost_before"), 4 * network.LossOf(Outputs(network, inputs), targets), 1e-14);

        var optimizer = new Sgd(learningRate: 0.7);
        for (int epoch = 0; epoch < 1000; epoch++)
        {
            for (int n = 0; n < 4; n++)
            {
                network.Forward(inputs.AsSpan(9 * n, 9));
                network.Loss(targets.AsSpan(n, 1), out ReadOnlySpan<double> gradient);
                network.Backward(gradient);
                optimizer.Step(network);
            }
        }

        // the network's loss is the mean over its samples, the run's cost the sum
        double cost = 4 * network.LossOf(Outputs(network, inputs), targets);
        Assert.Equal(0.012606738059608005, golden.Scalar("cost_after"));
        Assert.Equal(0.012606738059608005, cost, 1e-12);
        Compare.Close("last outputs", golden.Values("final_output"), Outputs(network, inputs), 1e-12);
        Compare.Close("last kernel", [.. golden.Values("w1_final").Reverse()], network.Parameters["conv1.weight"].ToArray(), 1e-12);
        Compare.Close("last dense weights", golden.Values("w2_final"), network.Parameters["linear1.weight"].ToArray(), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void Convolution_computes_what_NumPy_computes(string kind, int index)
    {
        CheckConvolution<double>($"{kind}{index}", "Float64", 1e-12);
        CheckConvolution<float>($"{kind}{index}", "Float32", 1e-5);
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public void Pooling_computes_what_NumPy_computes(string kind, int index)
    {
        CheckPool<double>(kind, index, "Float64", 1e-12);
        CheckPool<float>(kind, index, "Float32", 1e-5);
    }

    private static void CheckConvolution<T>(string key, string suffix, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NumpyArchive golden = Read("numpy_conv_pool_backward");
        var network = (INetwork<T>)Layers.Value.Create($"C{key}{suffix}");
        network.Parameters["conv1.weight"].CopyFrom(Numbers.To<T>(golden.Values(key + "_w")));
        network.Parameters["conv1.bias"].CopyFrom(Numbers.To<T>(golden.Values(key + "_b")));
        T[] x = Numbers.To<T>(golden.Values(key + "_x")), dx = new T[x.Length];
        Compare.Close("output", golden.Values(key + "_y"), Numbers.From(network.Forward(x)), tolerance);
        network.Backward(Numbers.To<T>(golden.Values(key + "_dy")), dx);
        Compare.Close("input gradient", golden.Values(key + "_dx"), Numbers.From<T>(dx), tolerance);
        Compare.Close("weight gradient", golden.Values(key + "_dw"), Numbers.From(network.Parameters["conv1.weight"].Gradient), tolerance);
        Compare.Close("bias gradient", golden.Values(key + "_db"), Numbers.From(network.Parameters["conv1.bias"].Gradient), tolerance);
    }

    private static void CheckPool<T>(string kind, int index, string suffix, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NumpyArchive golden = Read("numpy_conv_pool_backward");
        string key = string.Create(CultureInfo.InvariantCulture, $"pool{index}_");
        var network = (INetwork<T>)Layers.Value.Create($"C{kind}{index}{suffix}");
        T[] x = Numbers.To<T>(golden.Values(key + "x")), dx = new T[x.Length];
        Compare.Close("output", golden.Values($"{key}{kind}_y"), Numbers.From(network.Forward(x)), tolerance);
        network.Backward(Numbers.To<T>(golden.Values(key + "dy")), dx);
        Compare.Close("input gradient", golden.Values($"{key}{kind}_dx"), Numbers.From<T>(dx), tolerance);
    }

    /// <summary>One network a case and element type, with the sizes that the reference file holds.</summary>
    private static CompiledNetworks CompileLayers()
    {
        NumpyArchive golden = Read("numpy_conv_pool_backward");
        var files = new List<(string, string)>();
        foreach (string dtype in (string[])["float32", "float64"])
        {
            string suffix = dtype == "float32" ? "Float32" : "Float64";
            for (int i = 0; i < 4; i++)
            {
                int[] w = golden.Shape($"conv{i}_w");
                double[] stridePad = golden.Values($"conv{i}_stride_pad"), sizeStridePad = golden.Values($"pool{i}_size_stride_pad");
                Add($"conv{i}", $"conv{i}", $"conv2d: {{out_channels: {w[0]}, kernel_size: {w[2]}, stride: {stridePad[0]}, padding: {stridePad[1]}}}");
                string pool = $"{{kernel_size: {sizeStridePad[0]}, stride: {sizeStridePad[1]}, padding: {sizeStridePad[2]}}}";
                Add($"max{i}", $"pool{i}", $"max_pool2d: {pool}");
                Add($"avg{i}", $"pool{i}", $"avg_pool2d: {pool}");
            }

            void Add(string name, string key, string layer) => files.Add(
                ($"{name}_{dtype}.network.yaml", $"name: C{name}{suffix}\ndtype: {dtype}\ninput: [{string.Join(", ", golden.Shape(key + "_x").Skip(1))}]\nlayers:\n  - {layer}\n"));
        }

        return NetworkHost.Compile(files);
    }

    private static double[] Outputs(INetwork<double> network, double[] inputs)
    {
        double[] outputs = new double[4];
        network.Predict(inputs, outputs);
        return outputs;
    }

    private static NumpyArchive Read(string name) => NumpyArchive.Read(Path.Combine(AppContext.BaseDirectory, "Reference", name + ".npz"));

    private static TheoryData<string, int> Cases(params ReadOnlySpan<string> kinds)
    {
        var cases = new TheoryData<string, int>();
        foreach (string kind in kinds)
        {
            for (int i = 0; i < 4; i++)
            {
                cases.Add(kind, i);
            }
        }

        return cases;
    }
}
