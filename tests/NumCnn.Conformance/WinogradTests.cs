using System.Numerics;
using System.Runtime.InteropServices;
using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>
/// Winograd's algorithm: that it runs where it is meant to, how far it is from the direct sum, and that transformed weights
/// are never those of other parameters, whoever wrote them. Its results are held against PyTorch with the rest of the corpus.
/// </summary>
public class WinogradTests
{
    /// <summary>Every way to write parameters, those included that announce nothing.</summary>
    private static readonly Dictionary<string, Action<INetwork<float>>> Writes = new(StringComparer.Ordinal)
    {
        ["an element"] = static network => Set(network.Parameters["conv1.weight"]),
        ["CopyFrom"] = static network => network.Parameters["conv1.weight"].CopyFrom([.. network.Parameters["conv1.weight"].ToArray().Select(static value => -value)]),
        ["a step of an optimizer"] = static network =>
        {
            network.Forward(Enumerable.Repeat(0.5f, network.Info.InputLength).ToArray());
            network.Backward(Enumerable.Repeat(1f, network.Info.OutputLength).ToArray());
            new Sgd(learningRate: 0.1).Step(network);
        },
        ["Reset"] = static network => network.Reset(99),
        ["a file"] = static network => Load(network),
        ["the storage"] = static network => network.Parameters.Storage[0] += 1,
        ["the values"] = static network => network.Parameters.Values[0] += 1,
        ["the storage's buffer"] = static network => network.Parameters.StorageBuffer.Reference += 1,
        ["the storage, announced"] = static network =>
        {
            network.Parameters.BeginWrite();
            network.Parameters.Storage[0] += 1;
            network.Parameters.EndWrite();
        },
    };

    public static TheoryData<string> WaysToWrite => new(Writes.Keys);

    [Theory]
    [InlineData("conv2d_winograd_shape", "F(4×4, 3×3)")]
    [InlineData("conv2d_winograd_edges", "F(4×4, 3×3)")]
    [InlineData("conv2d_winograd_valid", "F(4×4, 3×3)")]
    [InlineData("conv2d_winograd_small", "F(2×2, 3×3)")]
    [InlineData("conv2d_winograd_residual", "F(4×4, 3×3)")]
    public void It_runs_in_both_directions_where_the_file_allows_it(string name, string size)
    {
        string source = Source(name);
        foreach (string what in (string[])["y[o,i,j]", "dx = Σ"])
        {
            Assert.Contains(source.Split('\n'), line => line.Contains("<summary>", StringComparison.Ordinal) && line.Contains(what, StringComparison.Ordinal) && line.Contains(size, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("conv2d_winograd_shape", true)]
    [InlineData("conv2d_winograd_edges", true)]
    [InlineData("conv2d_winograd_valid", true)]
    [InlineData("conv2d_winograd_residual", false)] // tiles of 12×12 for an image of 9×11
    [InlineData("conv2d_winograd_small", false)]
    public void A_weights_gradient_takes_tiles_of_dy_as_kernels(string name, bool does)
        => Assert.Equal(does, Source(name).Contains("Winograd's F(3×3, 4×4), d = G · dy · Gᵀ", StringComparison.Ordinal));

    [Theory]
    [InlineData("conv2d_winograd_never")]
    [InlineData("conv2d_16_to_16")]
    public void It_does_not_run_unless_the_file_allows_it(string name) => Assert.DoesNotContain("Winograd's", Source(name), StringComparison.Ordinal);

    [Fact]
    public void Rows_of_tiles_take_turns()
    {
        // four whole rows of tiles, and a fifth that the lower edge cuts
        string source = Source("conv2d_winograd_edges");
        Assert.Contains("for (nint t = 0; t < 4; t++)", source, StringComparison.Ordinal);
        Assert.Contains("Conv1ForwardTiles(", source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, 32, 4)] // measured: 3.7, since the direct sum goes over a few rows at a time
    [InlineData(64, 12, 3)]
    [InlineData(64, 5, 3)]
    public void Its_rounding_is_of_the_size_of_the_direct_sums(int channels, int side, int timesInGradients)
    {
        string Yaml(string name, string type, string winograd) => $$"""
            name: {{name}}
            dtype: {{type}}
            input: [{{channels}}, {{side}}, {{side}}]
            codegen: {winograd: {{winograd}}}
            layers:
              - conv2d: {out_channels: {{channels}}, kernel_size: 3, padding: 1}
            """;
        CompiledNetworks compiled = NetworkHost.Compile(
        [
            ("exact.network.yaml", Yaml("Exact", "float64", "never")),
            ("direct.network.yaml", Yaml("Direct", "float32", "never")),
            ("winograd.network.yaml", Yaml("Winograd", "float32", "auto")),
        ]);
        var random = new Random.RandomState(5);
        float[] x = Array.ConvertAll(random.Rand(channels * side * side), static value => (float)((2 * value) - 1));
        var exact = (INetwork<double>)compiled.Create("Exact");
        var direct = (INetwork<float>)compiled.Create("Direct");
        var winograd = (INetwork<float>)compiled.Create("Winograd");
        foreach (Parameter<float> parameter in direct.Parameters)
        {
            winograd.Parameters[parameter.Name].CopyFrom(parameter.ToArray());
            exact.Parameters[parameter.Name].CopyFrom(Numbers.From(parameter));
        }

        double[] expected = new double[exact.Info.OutputLength];
        exact.Predict(Array.ConvertAll(x, static value => (double)value), expected);
        (double mean, double largest) = Error(winograd, x, expected);
        (double directMean, _) = Error(direct, x, expected);

        // measured: 1.2 to 2.3 times the direct sum's root mean square, at most 1.5e-6 of the largest output
        Assert.InRange(mean, directMean / 4, 3 * directMean);
        Assert.InRange(largest, 0, 3e-6);

        float[] dy = Array.ConvertAll(random.Rand(expected.Length), static value => (float)((2 * value) - 1));
        double[] gradient = Gradient(exact, Array.ConvertAll(x, static value => (double)value), Array.ConvertAll(dy, static value => (double)value));
        (mean, largest) = Error(Array.ConvertAll(Gradient(winograd, x, dy), static value => (double)value), gradient);
        (directMean, _) = Error(Array.ConvertAll(Gradient(direct, x, dy), static value => (double)value), gradient);
        Assert.InRange(mean, directMean / 4, timesInGradients * directMean);
        Assert.InRange(largest, 0, 3e-6);
    }

    [Theory]
    [MemberData(nameof(WaysToWrite))]
    public void Predict_never_uses_weights_of_before_a_write(string way)
    {
        INetwork<float> network = CorpusNetworks.Load<float>("conv2d_winograd_edges");
        network.Training = false;
        float[] before = Predict(network);
        for (int round = 0; round < 3; round++)
        {
            Writes[way](network);
            float[] after = Predict(network);
            if (round == 0)
            {
                Assert.NotEqual(before, after);
            }

            Compare.SameBits<float>($"prediction after write {round} through {way}", network.Forward(Input(network)), after);
            Compare.SameBits<float>($"prediction again after write {round} through {way}", after, Predict(network));
        }
    }

    [Fact]
    public void A_span_taken_long_ago_still_counts_as_a_write()
    {
        INetwork<float> network = CorpusNetworks.Load<float>("conv2d_winograd_edges");
        network.Training = false;
        Span<float> held = network.Parameters.Storage;
        Predict(network);
        Predict(network);
        for (int round = 0; round < 3; round++)
        {
            held[round] -= 0.5f;
            Compare.SameBits<float>($"prediction after write {round}", network.Forward(Input(network)), Predict(network));
        }

        // the comparison with what was used last time needs no memory of its own each time
        float[] x = Input(network), y = new float[network.Info.OutputLength];
        network.Predict(x, y);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        network.Predict(x, y);
        held[0] += 1;
        network.Predict(x, y);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    [Fact]
    public void Callers_at_once_all_see_the_last_write()
    {
        INetwork<float> network = CorpusNetworks.Load<float>("conv2d_winograd_residual");
        network.Training = false;
        network.Threads = 2;
        float[] x = [.. Enumerable.Repeat(Input(network), 40).SelectMany(static values => values)];
        for (int round = 0; round < 5; round++)
        {
            network.Reset((ulong)round);
            float[] expected = network.Forward(x).ToArray();
            float[][] results = [.. Enumerable.Range(0, 4).Select(_ => new float[expected.Length])];
            Exception?[] faults = new Exception?[results.Length];
            Thread[] threads = [.. results.Select((result, k) => new Thread(() => faults[k] = Record.Exception(() => network.Predict(x, result))))];
            Array.ForEach(threads, static thread => thread.Start());
            Array.ForEach(threads, static thread => thread.Join());
            Assert.All(faults, Assert.Null);
            Assert.All(results, result => Compare.SameBits<float>($"prediction in round {round}", expected, result));
        }
    }

    private static void Set(Parameter<float> parameter) => parameter[0, 0, 1, 1] += 1;

    private static void Load(INetwork<float> network)
    {
        string path = Path.Combine(Path.GetTempPath(), $"winograd-{Guid.NewGuid():N}.safetensors");
        try
        {
            INetwork<float> other = CorpusNetworks.Load<float>("conv2d_winograd_edges");
            other.Reset(5);
            WeightFile.Save(other.Parameters, path);
            WeightFile.Load(network.Parameters, path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static float[] Input(INetwork<float> network)
        => Array.ConvertAll(new Random.RandomState(3).Rand(network.Info.InputLength), static value => (float)((2 * value) - 1));

    private static float[] Predict(INetwork<float> network)
    {
        float[] y = new float[network.Info.OutputLength];
        network.Predict(Input(network), y);
        return y;
    }

    /// <summary>Root mean square and largest distance from the expected values, as shares of these.</summary>
    private static (double Mean, double Largest) Error(INetwork<float> network, float[] x, double[] expected)
    {
        float[] y = new float[expected.Length];
        network.Predict(x, y);
        return Error(Array.ConvertAll(y, static value => (double)value), expected);
    }

    private static (double Mean, double Largest) Error(double[] actual, double[] expected)
    {
        double[] errors = [.. actual.Zip(expected, static (actual, exact) => actual - exact)];
        return (Math.Sqrt(errors.Average(static error => error * error) / expected.Average(static value => value * value)), Compare.Magnitude(errors) / Compare.Magnitude(expected));
    }

    private static T[] Gradient<T>(INetwork<T> network, T[] x, T[] dy)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        network.Forward(x);
        network.Backward(dy);
        return network.Parameters["conv1.weight"].Gradient.ToArray();
    }

    private static string Source(string name)
    {
        string start = $"{NetworkHost.Namespace}.{CorpusNetworks.ClassName<float>(CorpusNetwork.Get(name))}.g.cs";
        return CorpusNetworks.All.SelectMany(static compiled => compiled.Sources).Single(source => source.HintName == start).SourceText.ToString();
    }
}
