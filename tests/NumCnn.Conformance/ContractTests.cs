using System.Numerics;
using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>What the interface promises beside numbers: allocation, wrong lengths, order of calls, keep, frozen, first values.</summary>
public class ContractTests
{
    private static readonly string[] Varied = ["lenet5", "small_resnet", "small_mobilenet", "small_unet", "autoencoder", "tiny", "loss_cross_entropy_pixels", "loss_mse_image", "dropout_network", "layer_norm_image", "softmax_middle", "mul_gate"];

    public static TheoryData<string> VariedNetworks => new(Varied);

    public static TheoryData<string> Networks => new(CorpusNetwork.All.Select(static network => network.Name).Where(static name => name != "predictor_only"));

    [Theory]
    [MemberData(nameof(Networks))]
    public void Training_and_predicting_allocate_nothing_once_warm(string name)
    {
        CheckAllocation<float>(name, threads: 1);
        CheckAllocation<double>(name, threads: 1);
    }

    [Theory]
    [MemberData(nameof(VariedNetworks))]
    public void Training_on_several_threads_allocates_nothing_once_warm(string name) => CheckAllocation<float>(name, threads: 2);

    [Theory]
    [MemberData(nameof(VariedNetworks))]
    public void Wrong_lengths_are_refused_with_both_lengths(string name)
    {
        INetwork<float> network = CorpusNetworks.Load<float>(name);
        int inputs = network.Info.InputLength, outputs = network.Info.OutputLength;
        float[] x = new float[2 * inputs];
        RefusesLength(() => network.Forward(new float[inputs + 1]), inputs + 1, inputs);
        RefusesLength(() => network.Predict(new float[inputs + 1], new float[outputs]), inputs + 1, inputs);
        RefusesLength(() => network.Predict(x, new float[outputs]), outputs, 2 * outputs);
        network.Forward(x);
        RefusesLength(() => network.Backward(new float[outputs]), outputs, 2 * outputs);
        RefusesLength(() => network.Backward(new float[2 * outputs], new float[inputs]), inputs, 2 * inputs);

        // nothing of that left the network unusable
        network.Backward(new float[2 * outputs], new float[2 * inputs]);
    }

    [Fact]
    public void Wrong_numbers_of_targets_are_refused()
    {
        var classes = (ITrainable<float, int>)CorpusNetworks.Load<float>("lenet5");
        classes.Forward(new float[2 * 784]);
        RefusesLength(() => classes.Loss(new int[3], out _), 3, 2);
        var values = (ITrainable<double, double>)CorpusNetworks.Load<double>("loss_mse");
        values.Forward(new double[2 * values.Info.InputLength]);
        RefusesLength(() => values.Loss(new double[5], out _), 5, 10);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    [InlineData(int.MaxValue)]
    public void A_label_that_is_no_class_is_refused(int label)
    {
        var network = (ITrainable<float, int>)CorpusNetworks.Load<float>("lenet5");
        network.Forward(new float[3 * 784]);
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => network.Loss([0, label, 9], out _)).Message;
        Assert.Contains("1", message, StringComparison.Ordinal);
        Assert.Contains(label.ToString(System.Globalization.CultureInfo.InvariantCulture), message, StringComparison.Ordinal);
        Assert.Contains("10", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(VariedNetworks))]
    public void Calls_in_the_wrong_order_are_refused(string name)
    {
        INetwork<float> network = CorpusNetworks.Load<float>(name);
        Assert.Throws<InvalidOperationException>(() => network.Backward(new float[network.Info.OutputLength]));
        Assert.Throws<InvalidOperationException>(() => network.Backward(new float[network.Info.OutputLength], new float[network.Info.InputLength]));
        if (network is ITrainable<float, int> classes)
        {
            Assert.Throws<InvalidOperationException>(() => classes.Loss(new int[1], out _));
        }
        else if (network is ITrainable<float, float> values)
        {
            Assert.Throws<InvalidOperationException>(() => values.Loss(new float[network.Info.OutputLength], out _));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Threads_have_to_be_positive(int threads)
        => Assert.Throws<ArgumentOutOfRangeException>(() => CorpusNetworks.Load<float>("tiny").Threads = threads);

    [Fact]
    public void A_batch_of_no_samples_is_refused_or_empty()
    {
        // whichever it is, it is no crash, and the network goes on
        INetwork<float> network = CorpusNetworks.Load<float>("lenet5");
        if (Record.Exception(() => Assert.True(network.Forward([]).IsEmpty)) is { } exception)
        {
            Assert.IsType<ArgumentException>(exception);
        }

        Assert.Equal(10, network.Forward(new float[784]).Length);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Resetting_to_a_seed_repeats_the_first_values(string name)
    {
        var network = (INetwork<float>)CorpusNetworks.Create<float>(name);
        float[] first = network.Parameters.Storage.ToArray();
        network.Reset(12345);
        float[] other = network.Parameters.Storage.ToArray();
        network.Reset();
        Compare.SameBits<float>("parameters after Reset()", first, network.Parameters.Storage);
        network.Reset(12345);
        Compare.SameBits<float>("parameters after Reset(seed) again", other, network.Parameters.Storage);
        if (network.Parameters.Any(static parameter => parameter.Name.EndsWith("conv1.weight", StringComparison.Ordinal)) && name != "literal_conv")
        {
            Assert.NotEqual(first, other);
        }
    }

    private static void RefusesLength(Action call, params int[] lengths)
    {
        string message = Assert.ThrowsAny<ArgumentException>(call).Message;
        foreach (int length in lengths)
        {
            Assert.Contains(length.ToString(System.Globalization.CultureInfo.InvariantCulture), message.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    private static void RefusesLength(Func<ReadOnlySpan<float>> call, params int[] lengths) => RefusesLength(() => { _ = call(); }, lengths);

    private static void CheckAllocation<T>(string name, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CorpusNetwork corpus = CorpusNetwork.Get(name);
        INetwork<T> network = CorpusNetworks.Load<T>(name);
        network.Training = true;
        network.Threads = threads;
        int samples = corpus.Samples;
        network.Reserve(samples);
        T[] x = Numbers.To<T>(corpus.Golden.Values("x")), dy = Numbers.To<T>(corpus.Golden.Values("eval.dy")), dx = new T[x.Length], output = new T[dy.Length];
        int[] classes = corpus.Golden.Has("targets") ? Numbers.To<int>(corpus.Golden.Values("targets")) : [];
        T[] values = corpus.Golden.Has("targets") ? Numbers.To<T>(corpus.Golden.Values("targets")) : [];
        var optimizer = new Adam();

        void Run()
        {
            ReadOnlySpan<T> y = network.Forward(x);
            ReadOnlySpan<T> gradient = dy;
            if (network is ITrainable<T, int> classifier)
            {
                classifier.Loss(classes, out gradient);
                classifier.LossOf(y, classes);
            }
            else if (network is ITrainable<T, T> regressor)
            {
                regressor.Loss(values, out gradient);
                regressor.LossOf(y, values);
            }

            network.Backward(gradient, dx);
            network.Backward(gradient, accumulate: true);
            optimizer.Step(network);
            network.Predict(x, output);
        }

        Run();
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Run();
        Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
