using System.Reflection;
using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>Code as a user writes it, compiled against the generated classes: the interface by name, and kept outputs.</summary>
public class UserCodeTests
{
    private const string Source = """
        using System;
        using System.Collections.Generic;
        using NumCnn;

        namespace Networks;

        internal static class UserCode
        {
            internal static string TrainSaveLoadRead(float[] images, int[] labels, string path)
            {
                var net = new LeNet5(seed: 3);
                var optimizer = new Sgd(learningRate: 0.01);
                float first = 0, last = 0;
                for (int step = 0; step < 20; step++)
                {
                    ReadOnlySpan<float> scores = net.Forward(images);
                    float loss = net.Loss(labels, out var gradient);
                    net.Backward(gradient);
                    optimizer.Step(net);
                    first = step == 0 ? loss : first;
                    last = loss;
                    if (scores.Length != labels.Length * LeNet5.OutputLength || images.Length != labels.Length * LeNet5.InputLength)
                    {
                        return "lengths";
                    }
                }

                net.Save(path);
                LeNet5 loaded = LeNet5.Load(path);
                float[] a = new float[labels.Length * LeNet5.OutputLength], b = new float[a.Length];
                net.Predict(images, a);
                loaded.Predict(images, b);
                float w = loaded.Conv1.Weight[5, 0, 2, 2], bias = net.Conv1.Bias[5];
                return !(last < first) ? $"loss went from {first} to {last}"
                    : !a.AsSpan().SequenceEqual(b) ? "predictions of the loaded network"
                    : w != net.Parameters["conv1.weight"][5, 0, 2, 2] || bias != net.Parameters["conv1.bias"][5] ? "members"
                    : LeNet5.ParameterCount != 61_706 || !LeNet5.InputShape.SequenceEqual(new[] { 1, 28, 28 }) ? "constants"
                    : LeNet5.Info.ParameterCount != 61_706 || LeNet5.Info.Layers.Count != 12 ? "info"
                    : !ReferenceEquals(LeNet5.Info, ((IPredictor<float>)net).Info) || !ReferenceEquals(net.Conv1, net.Conv1) ? "made twice"
                    : LoadsFromNowhere() ? "null is no file"
                    : !IsInitialised(loaded) ? "reset of the loaded network"
                    : "";
            }

            private static bool LoadsFromNowhere()
            {
                try
                {
                    LeNet5.Load(null!);
                    return true;
                }
                catch (System.ArgumentNullException)
                {
                    return false;
                }
            }

            private static bool IsInitialised(LeNet5 net)
            {
                var initial = new LeNet5();
                bool differed = !net.Parameters.Values.SequenceEqual(initial.Parameters.Values);
                net.Reset();
                return differed && net.Parameters.Values.SequenceEqual(initial.Parameters.Values);
            }

            internal static int NetworksOfOneType() => new List<INetwork<float>> { new LeNet5(), new KeepLayer() }.Count;

            internal static float[] KeptOutput(KeepLayer net) => All(net.Conv1.Output);

            internal static float[] KeptOutputGradient(KeepLayer net) => All(net.Conv1.OutputGradient);

            private static float[] All(KeptValue<float> kept)
            {
                float[] all = new float[kept.Samples * kept.Length];
                for (int n = 0; n < kept.Samples; n++)
                {
                    kept.CopyTo(n, all.AsSpan(n * kept.Length, kept.Length));
                }

                return all;
            }
        }
        """;

    private static readonly Lazy<CompiledNetworks> Compiled = new(static () => NetworkHost.Compile(
        from name in (string[])["lenet5", "keep_layer"] select ($"{name}.network.yaml", CorpusNetwork.Get(name).Yaml),
        Source));

    [Theory]
    [InlineData(".safetensors")]
    [InlineData(".npz")]
    public void The_readmes_lines_train_save_load_and_read(string extension)
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N") + extension);
        try
        {
            var random = new NumCnn.Random.RandomState(1);
            float[] images = Array.ConvertAll(random.Rand(8, 784), static value => (float)value);
            Assert.Equal("", Call<string>("TrainSaveLoadRead", images, (int[])[0, 1, 2, 3, 4, 5, 6, 9], path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Networks_of_an_element_type_share_a_list() => Assert.Equal(2, Call<int>("NetworksOfOneType"));

    [Fact]
    public void A_kept_layer_shows_its_own_output_and_gradient()
    {
        // the convolution is fused with the rectifier behind it; the kept output is the one before
        CorpusNetwork corpus = CorpusNetwork.Get("keep_layer");
        var naive = new Naive.NaiveNetwork(corpus.Yaml);
        object created = Compiled.Value.Create("KeepLayer");
        var network = (INetwork<float>)created;
        foreach (string parameter in corpus.ParameterNames)
        {
            naive.Parameters.Add(parameter, corpus.Golden.Values("param." + parameter));
            network.Parameters[parameter].CopyFrom(Numbers.To<float>(corpus.Golden.Values("param." + parameter)));
        }

        naive.Forward(Naive.NaiveTensor.Of(corpus.Samples, naive.InputShape, corpus.Golden.Values("x")));
        Naive.NaiveTensor convolution = naive.Value("conv1");
        network.Forward(Numbers.To<float>(corpus.Golden.Values("x")));
        Compare.Close("kept output", convolution.Data, Numbers.From<float>(Call<float[]>("KeptOutput", created)), 3e-6);
        network.Backward(Numbers.To<float>(corpus.Golden.Values("eval.dy")));
        float[] gradient = Call<float[]>("KeptOutputGradient", created);

        // the gradient by the convolution's output, summed over samples and pixels, is the one by its bias
        double[] sums = new double[convolution.C];
        int index = 0;
        foreach ((int n, int c, int i, int j) in convolution.Indices())
        {
            float value = gradient[index++];
            sums[c] += value;
            Assert.True(convolution[n, c, i, j] > 0 || value == 0, $"[{n}, {c}, {i}, {j}] is negative, so the rectifier passes no gradient, not {value}.");
        }

        Compare.Close("sums of the kept gradient", corpus.Golden.Values("eval.grad.conv1.bias"), sums, 3e-6);
    }

    private static T Call<T>(string method, params object[] arguments)
        => (T)Compiled.Value.TypeOf("UserCode").GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, arguments)!;
}
