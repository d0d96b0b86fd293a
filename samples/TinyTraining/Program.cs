using NumCnn;
using NumCnn.Random;
using NumCnn.Samples.Articles;

namespace Samples.TinyTraining;

/// <summary>Eight weights learn four images: a thousand epochs of plain gradient descent, one image at a time.</summary>
public static class Program
{
    private const string Folder = "TinyTraining";
    private const int Epochs = 1000;
    private const double LearningRate = 0.7;

    private static readonly double[][] s_images =
    [
        [0, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1, 1, 1, 1, 1],
    ];

    private static readonly double[] s_targets = [0.53, 0.77, 0.88, 1.1];

    public static int Main(string[] args) => SampleConsole.Run(
        "tiny-training", "Trains eight weights on four images of 3×3 pixels for a thousand epochs.", takesImage: false, args, Run);

    /// <summary>Trains, compares every number with NumPy's, and writes the report.</summary>
    public static SampleResult Run(SampleOptions options)
    {
        var network = new TinyNetwork();
        SetWeights(network);
        (double[] kernel0, double[] dense0) = Weights(network);
        double[] start = Outputs(network);
        double before = Cost(network);
        var course = new List<double[]>();
        Train(network, () => course.Add(Outputs(network)));
        (double[] kernel, double[] dense) = Weights(network);
        double[] end = Outputs(network);
        double after = Cost(network);

        Console.WriteLine($"cost     {before:R} before, {after:R} after {Epochs} epochs");
        Console.WriteLine($"outputs  {Text(start)} before, {Text(end)} after; targets {Text(s_targets)}");
        Console.WriteLine($"weights  kernel {Text(kernel)}, dense {Text(dense)}");

        Goldens goldens = Goldens.Of(Folder);
        const double Tolerance = 1e-12;
        Check[] checks =
        [
            Check.Values<double>("kernel before", kernel0, goldens["w1_initial"], Tolerance),
            Check.Values<double>("dense weights before", dense0, goldens["w2_initial"], Tolerance),
            Check.Value("cost before", before, goldens["cost_before"][0], Tolerance),
            Check.Values<double>("outputs before", start, goldens["start_output"], Tolerance),
            Check.Values<double>("kernel after", kernel, goldens["w1_final"], Tolerance),
            Check.Values<double>("dense weights after", dense, goldens["w2_final"], Tolerance),
            Check.Value("cost after", after, goldens["cost_after"][0], Tolerance),
            Check.Values<double>("outputs after", end, goldens["final_output"], Tolerance),
        ];

        double seconds = Timing.Best(() =>
        {
            SetWeights(network);
            Train(network, () => { });
        });
        double? numpy = options.RunNumPy ? NumPyReference.Run(Folder)?["training"] : null;
        var result = new SampleResult("forward and backward by hand", checks, [new Timing("1,000 epochs of 4 steps", seconds, numpy)]);
        Report.Write(options.Report, s_images, s_targets, course, start, end, (kernel0, dense0), (kernel, dense), result);
        return result;
    }

    private static void Train(TinyNetwork network, Action afterEpoch)
    {
        var descent = new Sgd(LearningRate);
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            for (int i = 0; i < s_images.Length; i++)
            {
                network.Forward(s_images[i]);
                network.Loss(s_targets.AsSpan(i, 1), out ReadOnlySpan<double> gradient);
                network.Backward(gradient);
                descent.Step(network);
            }

            afterEpoch();
        }
    }

    // numpy.random.seed(598765); randn(2, 2) * 4; randn(4, 1) * 4. The article's convolution turns its kernel by 180°, a conv2d
    // layer does not: the same numbers in reverse order are the same network.
    private static void SetWeights(TinyNetwork network)
    {
        var random = new RandomState(598765);
        double[] kernel = Array.ConvertAll(random.Randn(2, 2), value => value * 4);
        Array.Reverse(kernel);
        network.Conv1.Weight.CopyFrom(kernel);
        network.Linear1.Weight.CopyFrom(Array.ConvertAll(random.Randn(4, 1), value => value * 4));
    }

    // The kernel as the article holds it, and the dense weights.
    private static (double[] Kernel, double[] Dense) Weights(TinyNetwork network)
        => ([.. network.Conv1.Weight.ToArray().Reverse()], network.Linear1.Weight.ToArray());

    private static double[] Outputs(TinyNetwork network)
    {
        double[] outputs = new double[s_images.Length];
        network.Predict(s_images.SelectMany(image => image).ToArray(), outputs);
        return outputs;
    }

    // The sum over the images; half_squared_error is their mean.
    private static double Cost(TinyNetwork network) => s_images.Length * network.LossOf(Outputs(network), s_targets);

    private static string Text(double[] values) => $"[{string.Join(", ", values.Select(value => $"{value:0.000000}"))}]";
}
