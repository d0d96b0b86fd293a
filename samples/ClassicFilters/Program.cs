using NumCnn;
using NumCnn.Random;
using NumCnn.Samples.Articles;
using NumCnn.Samples.Shared.Images;

namespace Samples.ClassicFilters;

/// <summary>Blur, sharpen and edge filters with three kinds of border; a layer with stride; AlexNet's first layer.</summary>
public static class Program
{
    private const string Folder = "ClassicFilters";

    public static int Main(string[] args) => SampleConsole.Run(
        "classic-filters", "Lays seven filters on a picture, with three kinds of border, and runs two convolution layers.", takesImage: true, args, Run);

    /// <summary>Runs everything, compares it with NumPy, and writes the report.</summary>
    public static SampleResult Run(SampleOptions options)
    {
        Goldens goldens = Goldens.Of(Folder);
        var checks = new List<Check>();

        // The reference's image is noise: RandomState(4).randn(32, 48), the first numbers of the sequence.
        var random = new RandomState(4);
        double[] noise = random.Randn(32, 48);
        checks.AddRange(CompareFilters(new NoiseDiscarded(), noise, "discard", goldens));
        checks.AddRange(CompareFilters(new NoiseZeros(), noise, "zero", goldens));
        checks.AddRange(CompareFilters(new NoiseReplicated(), noise, "replicate", goldens));

        // The next numbers are the strided layer's image, weights and biases.
        float[] image = Randn(random, 1, 12, 32, 48), weight = Randn(random, 1, 24, 12, 3, 3), bias = Randn(random, 1, 24);
        var full = new LayerStride1();
        var halved = new LayerStride2();
        full.Parameters["conv1.weight"].CopyFrom(weight);
        full.Parameters["conv1.bias"].CopyFrom(bias);
        halved.Parameters["conv1.weight"].CopyFrom(weight);
        halved.Parameters["conv1.bias"].CopyFrom(bias);
        checks.AddRange(CompareLayer("12 to 24 channels, stride 1", full, image, goldens, "conv3d_s1", [1, 5, 3, 4]));
        checks.AddRange(CompareLayer("12 to 24 channels, stride 2", halved, image, goldens, "conv3d_s2", [1, 5, 3, 4]));

        var own = new RandomState(40);
        float[] large = Randn(own, 1, 3, 227, 227);
        var alexNet = new AlexNetConv1();
        alexNet.Conv1.Weight.CopyFrom(Randn(own, 0.05, 96, 3, 11, 11));
        alexNet.Conv1.Bias.CopyFrom(Randn(own, 1, 96));
        checks.AddRange(CompareLayer("AlexNet's first layer", alexNet, large, goldens, "alexnet", [1, 12, 9, 9]));
        checks.Add(Check.Value("AlexNet's first layer, sum", alexNet.Forward(large).ToArray().Sum(value => (double)value), goldens["alexnet_sum"][0], 1e-5));
        checks.Add(Check.Value("AlexNet's first layer, parameters", AlexNetConv1.ParameterCount, (96 * 11 * 11 * 3) + 96, 0));
        Console.WriteLine($"AlexNet's first layer: 227×227×3 to 55×55×96, {AlexNetConv1.ParameterCount:#,0} parameters, {AlexNetConv1.Info.MultiplyAdds:#,0} multiply-adds");

        var numpy = options.RunNumPy ? NumPyReference.Run(Folder) : null;
        var result = new SampleResult("classic filters and the strided layer", checks,
        [
            Time("the layer with stride 2, 12 to 24 channels", halved, image, numpy?["stride2"]),
            Time("the layer with stride 1", full, image, numpy?["stride1"]),
            new Timing("7 filters, 3 borders, 32×48 pixels, float64", FilterSeconds(noise), numpy?["filters"]),
            Time("AlexNet's first layer (NumPy: matrix and product)", alexNet, large, numpy?["alexnet"]),
        ]);

        Raster picture = InputPicture.Get(options.Image, SheetZeros.InputShape[2], SheetZeros.InputShape[1]);
        float[] input = InputPicture.ToInput(picture);
        Report.Write(options.Report, picture, new SheetDiscarded().Forward(input).ToArray(), new SheetZeros().Forward(input).ToArray(), new SheetReplicated().Forward(input).ToArray(), result);
        return result;
    }

    private static IEnumerable<Check> CompareFilters(IPredictor<double> network, double[] noise, string border, Goldens goldens)
    {
        double[] output = new double[network.Info.OutputLength];
        network.Predict(noise, output);
        int area = output.Length / Filters.Names.Count;
        return Filters.Names.Select((name, i) => Check.Values<double>($"{Filters.Titles[i]}, border: {border}", output.AsSpan(i * area, area), goldens[$"{name}_{border}"], 1e-12));
    }

    private static Check[] CompareLayer(string what, IPredictor<float> layer, float[] image, Goldens goldens, string key, int[] steps)
    {
        float[] output = new float[layer.Info.OutputLength];
        layer.Predict(image, output);
        int[] shape = [1, .. layer.Info.OutputShape];
        return
        [
            Check.Values<int>($"{what}: shape", shape, goldens[key + "_shape"], 0),
            Check.Values<float>($"{what}: values", Stride.Take<float>(output, shape, steps), goldens[key + "_sample"], 1e-5),
        ];
    }

    private static Timing Time(string what, IPredictor<float> layer, float[] image, double? numpy)
    {
        float[] output = new float[layer.Info.OutputLength];
        return new Timing(what, Timing.Best(() => layer.Predict(image, output)), numpy);
    }

    private static double FilterSeconds(double[] noise)
    {
        IPredictor<double>[] networks = [new NoiseDiscarded(), new NoiseZeros(), new NoiseReplicated()];
        double[][] outputs = [.. networks.Select(network => new double[network.Info.OutputLength])];
        return Timing.Best(() =>
        {
            for (int i = 0; i < networks.Length; i++)
            {
                networks[i].Predict(noise, outputs[i]);
            }
        });
    }

    private static float[] Randn(RandomState random, double scale, params ReadOnlySpan<int> shape)
        => Array.ConvertAll(random.Randn(shape), value => (float)(scale * value));
}
