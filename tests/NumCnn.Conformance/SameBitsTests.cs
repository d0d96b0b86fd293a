using System.Numerics;
using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>The same bits for any number of threads, for a sample alone and in any batch, for Predict and Forward.</summary>
public class SameBitsTests
{
    // More samples than a chunk of Predict, than workers, and no multiple of either.
    private const int Samples = 19;

    public static TheoryData<string> Networks => new(CorpusNetwork.All.Select(static network => network.Name).Where(static name => name != "predictor_only"));

    [Theory]
    [MemberData(nameof(Networks))]
    public void Predict_gives_the_bits_of_Forward_in_evaluation(string name)
    {
        CheckPredict<double>(name);
        CheckPredict<float>(name);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_sample_alone_gives_the_bits_that_it_gives_in_a_batch(string name)
    {
        CheckAlone<double>(name);
        CheckAlone<float>(name);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Threads_change_no_bit(string name)
    {
        CheckThreads<double>(name);
        CheckThreads<float>(name);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_are_overwritten_unless_told_to_add(string name)
    {
        CheckAccumulation<double>(name, 1e-13);
        CheckAccumulation<float>(name, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Padding_lanes_stay_zero(string name)
    {
        CheckPadding<double>(name);
        CheckPadding<float>(name);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_built_as_if_it_were_large_trains_to_the_same_bits(string name)
    {
        INetwork<float> plain = CorpusNetworks.Load<float>(name), large = (INetwork<float>)DividedNetworks.Load(name);
        float[] x = Input(plain, name), dy = OutputGradient(plain, name), dx = new float[x.Length], dxLarge = new float[x.Length];
        foreach (int threads in (int[])[1, 2])
        {
            // the second time memory is as the first one left it
            large.Threads = threads;
            for (int repeat = 0; repeat < 2; repeat++)
            {
                plain.Training = large.Training = true;
                Compare.SameBits<float>("output", plain.Forward(x).ToArray(), large.Forward(x));
                plain.Backward(dy, dx);
                large.Backward(dy, dxLarge);
                Compare.SameBits<float>("input gradient", dx, dxLarge);
                Compare.SameBits<float>("gradients", plain.Parameters.Gradients.ToArray(), large.Parameters.Gradients);
                Compare.SameBits<float>("running statistics", plain.Parameters.Storage.ToArray(), large.Parameters.Storage);
            }
        }
    }

    [Fact]
    public void Predict_runs_on_many_threads_at_once()
    {
        INetwork<float> network = CorpusNetworks.Load<float>("lenet5");
        float[] x = Input(network, "lenet5"), expected = new float[Samples * network.Info.OutputLength];
        network.Predict(x, expected);
        float[][] results = [.. Enumerable.Range(0, 6).Select(_ => new float[expected.Length])];
        var faults = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        Thread[] threads = [.. results.Select(result => new Thread(() =>
        {
            for (int repeat = 0; repeat < 20; repeat++)
            {
                // an exception that leaves a thread would end the whole test run
                if (Record.Exception(() => network.Predict(x, result)) is { } fault)
                {
                    faults.Enqueue(fault);
                }
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.Empty(faults);
        foreach (float[] result in results)
        {
            Compare.SameBits<float>("output of a concurrent Predict", expected, result);
        }
    }

    private static T[] Input<T>(IPredictor<T> network, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Numbers.Repeat<T>(CorpusNetwork.Get(name).Golden.Values("x"), network.Info.InputLength, Samples);

    private static T[] OutputGradient<T>(IPredictor<T> network, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Numbers.Repeat<T>(CorpusNetwork.Get(name).Golden.Values("eval.dy"), network.Info.OutputLength, Samples);

    private static void CheckPredict<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        INetwork<T> network = CorpusNetworks.Load<T>(name);
        network.Training = false;
        T[] x = Input(network, name), y = network.Forward(x).ToArray();
        foreach (int samples in (int[])[Samples, 1, 2, 8])
        {
            T[] predicted = new T[samples * network.Info.OutputLength];
            network.Predict(x.AsSpan(0, samples * network.Info.InputLength), predicted);
            Compare.SameBits<T>($"prediction of {samples} samples", y.AsSpan(0, predicted.Length), predicted);
        }
    }

    private static void CheckAlone<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        INetwork<T> network = CorpusNetworks.Load<T>(name);
        network.Training = false;
        T[] x = Input(network, name), dy = OutputGradient(network, name), dx = new T[x.Length], dxAlone = new T[network.Info.InputLength];
        T[] y = network.Forward(x).ToArray();
        network.Backward(dy, dx);
        (int inputs, int outputs) = (network.Info.InputLength, network.Info.OutputLength);
        foreach (int n in (int[])[0, 1, 7, 8, Samples - 1])
        {
            ReadOnlySpan<T> alone = network.Forward(x.AsSpan(n * inputs, inputs));
            Compare.SameBits($"output of sample {n} alone", y.AsSpan(n * outputs, outputs), alone);
            network.Backward(dy.AsSpan(n * outputs, outputs), dxAlone);
            Compare.SameBits<T>($"input gradient of sample {n} alone", dx.AsSpan(n * inputs, inputs), dxAlone);
        }
    }

    private static void CheckThreads<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[]? expectedOutput = null, expectedInputGradient = null, expectedGradients = null, expectedStorage = null;
        foreach (int threads in (int[])[1, 2, 3])
        {
            INetwork<T> network = CorpusNetworks.Load<T>(name);
            network.Training = true;
            network.Threads = threads;
            T[] x = Input(network, name), dx = new T[x.Length];
            T[] output = network.Forward(x).ToArray();
            network.Backward(OutputGradient(network, name), dx);
            expectedOutput ??= output;
            expectedInputGradient ??= dx;
            expectedGradients ??= network.Parameters.Gradients.ToArray();
            expectedStorage ??= network.Parameters.Storage.ToArray();
            Compare.SameBits<T>($"output with {threads} threads", expectedOutput, output);
            Compare.SameBits<T>($"input gradient with {threads} threads", expectedInputGradient, dx);
            Compare.SameBits<T>($"gradients with {threads} threads", expectedGradients, network.Parameters.Gradients);
            Compare.SameBits<T>($"running statistics with {threads} threads", expectedStorage, network.Parameters.Storage);
        }
    }

    private static void CheckAccumulation<T>(string name, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        INetwork<T> network = CorpusNetworks.Load<T>(name);
        network.Training = false;
        T[] x = Input(network, name), dy = OutputGradient(network, name), dx = new T[x.Length], again = new T[x.Length];
        network.Forward(x);
        network.Backward(dy, dx);
        T[] once = network.Parameters.Gradients.ToArray();
        foreach (Parameter<T> parameter in network.Parameters.Where(static parameter => parameter.Trainable))
        {
            parameter.Gradient.CopyFrom(Enumerable.Repeat(T.NaN, parameter.Length).ToArray());
        }

        // what was there does not matter, and the overload without an input gradient fills the same
        network.Backward(dy);
        Compare.SameBits<T>("overwritten gradients", once, network.Parameters.Gradients);
        network.Backward(dy, again, accumulate: true);
        Compare.Close("accumulated gradients", Array.ConvertAll(Numbers.From<T>(once), static value => 2 * value), Numbers.From<T>(network.Parameters.Gradients), tolerance);
        Compare.SameBits<T>("input gradient, which does not accumulate", dx, again);
        network.Backward(dy, accumulate: true);
        Compare.Close("twice accumulated gradients", Array.ConvertAll(Numbers.From<T>(once), static value => 3 * value), Numbers.From<T>(network.Parameters.Gradients), tolerance);
    }

    private static void CheckPadding<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        INetwork<T> network = CorpusNetworks.Load<T>(name);
        network.Training = false;
        network.Forward(Input(network, name));
        network.Backward(OutputGradient(network, name));
        new AdamW(learningRate: 0.01).Step(network);
        int gradients = network.Parameters.Where(static parameter => parameter.Trainable).Sum(static parameter => parameter.Gradient.ToArray().Count(static value => value != T.Zero));
        int values = network.Parameters.Sum(static parameter => parameter.ToArray().Count(static value => value != T.Zero));
        Assert.Equal(gradients, network.Parameters.Gradients.ToArray().Count(static value => value != T.Zero));
        Assert.Equal(values, network.Parameters.Storage.ToArray().Count(static value => value != T.Zero));
    }
}
