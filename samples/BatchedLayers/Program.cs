using NumCnn.Random;
using NumCnn.Samples.Articles;

namespace Samples.BatchedLayers;

/// <summary>Convolution, max pooling and a dense layer over a batch of eight, without a matrix of windows.</summary>
public static class Program
{
    private const string Folder = "BatchedLayers";
    private const int Batch = 8;

    public static int Main(string[] args) => SampleConsole.Run(
        "batched-layers", "Runs a batch of eight through a convolution, a max pooling and a dense layer.", takesImage: false, args, Run);

    /// <summary>Runs the layers, compares them with NumPy, and writes the report.</summary>
    public static SampleResult Run(SampleOptions options)
    {
        // The order of these lines is the order in which numpy.random.RandomState(1) is asked.
        var random = new RandomState(1);
        float[] images = Randn(random, 1, Batch, 16, 32, 48);
        var convolution = new Convolution();
        convolution.Conv1.Weight.CopyFrom(Randn(random, 0.01, 32, 16, 3, 3));
        convolution.Conv1.Bias.CopyFrom(Randn(random, 1, 32));
        var dense = new Dense();
        dense.Linear1.Weight.CopyFrom(Randn(random, 0.01, 32, 16 * 32 * 48));
        dense.Linear1.Bias.CopyFrom(Randn(random, 1, 32));
        var strided = new Strided();
        var pooling = new Pooling();

        float[] features = convolution.Forward(images).ToArray();
        float[] pooled = pooling.Forward(images).ToArray();
        float[] scores = dense.Forward(images).ToArray();
        float[] halved = strided.Forward(images.AsSpan(0, Strided.InputLength)).ToArray();

        // The mask of positions is what pooling's backward pass does with ones: each goes to the place that its window's largest value came from.
        float[] mask = new float[images.Length];
        pooling.Backward(Enumerable.Repeat(1f, pooled.Length).ToArray(), mask);

        Goldens goldens = Goldens.Of(Folder);
        Check[] checks =
        [
            Check.Values<float>("convolution and ReLU", Stride.Take<float>(features, [Batch, 32, 32, 48], [1, 8, 5, 7]), goldens["conv_sample"], 1e-5),
            Check.Value("convolution and ReLU, sum", features.Sum(value => (double)value), goldens["conv_sum"][0], 1e-5),
            Check.Values<float>("max pooling", Stride.Take<float>(pooled, [Batch, 16, 16, 24], [1, 4, 3, 5]), goldens["pool_sample"], 1e-6),
            Check.Value("max pooling, sum", pooled.Sum(value => (double)value), goldens["pool_sum"][0], 1e-6),
            Check.Same("mask: one 1 a window, at its largest value", IsMaskOf(mask, images, pooled)),
            Check.Values<float>("dense layer and ReLU", scores, goldens["dense"], 1e-5),
            Check.Values<int>("shape of the layer with stride 2", [halved.Length / Strided.OutputLength, .. Strided.OutputShape], goldens["strided_shape"], 0),
        ];

        var numpy = options.RunNumPy ? NumPyReference.Run(Folder) : null;
        double convolutionSeconds = Timing.Best(() => convolution.Predict(images, features));
        double poolingSeconds = Timing.Best(() => pooling.Predict(images, pooled));
        double denseSeconds = Timing.Best(() => dense.Predict(images, scores));
        var result = new SampleResult("batched layers by matrix products", checks,
        [
            new Timing("the three layers, a batch of 8", convolutionSeconds + poolingSeconds + denseSeconds, numpy?["layers"]),
            new Timing("convolution (NumPy: matrix and product)", convolutionSeconds, numpy?["convolution"]),
            new Timing("max pooling (NumPy: matrix and maximum)", poolingSeconds, numpy?["pooling"]),
            new Timing("dense layer (NumPy: one product)", denseSeconds, numpy?["dense"]),
        ]);
        Report.Write(options.Report, images, features, pooled, mask, scores, numpy, result);
        return result;
    }

    private static float[] Randn(RandomState random, double scale, params ReadOnlySpan<int> shape)
        => Array.ConvertAll(random.Randn(shape), value => (float)(scale * value));

    private static bool IsMaskOf(float[] mask, float[] images, float[] pooled)
    {
        bool isRight = true;
        for (int window = 0; window < pooled.Length; window++)
        {
            (int map, int row, int column) = (window / (16 * 24), window / 24 % 16, window % 24);
            int corner = (map * 32 * 48) + (2 * row * 48) + (2 * column);
            int[] places = [corner, corner + 1, corner + 48, corner + 49];
            isRight &= places.Sum(place => mask[place]) == 1 && places.Sum(place => mask[place] * images[place]) == pooled[window];
        }

        return isRight;
    }
}
