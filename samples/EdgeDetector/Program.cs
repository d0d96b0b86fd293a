using NumCnn.Random;
using NumCnn.Samples.Articles;
using NumCnn.Samples.Shared.Images;

namespace Samples.EdgeDetector;

/// <summary>Three blocks of convolution, ReLU and max pooling look for edges in a photograph.</summary>
public static class Program
{
    private const string Folder = "EdgeDetector";

    public static int Main(string[] args) => SampleConsole.Run(
        "edge-detector", "Shows what three blocks of convolution, ReLU and max pooling make of a picture.", takesImage: true, args, Run);

    /// <summary>Runs the network, compares it with NumPy, and writes the report.</summary>
    public static SampleResult Run(SampleOptions options)
    {
        // The first bank's weights are in network.yaml. The other two are numpy.random.RandomState(0).rand(…), drawn by the same generator.
        var network = new EdgeNetwork();
        var random = new RandomState(0);
        network.Bank2.Weight.CopyFrom(ToSingle(random.Rand(3, 2, 5, 5)));
        network.Bank3.Weight.CopyFrom(ToSingle(random.Rand(1, 3, 7, 7)));

        // The sample's own picture, whose references lie in goldens.npz.
        Raster picture = InputPicture.Get(path: null, EdgeNetwork.InputShape[2], EdgeNetwork.InputShape[1]);
        List<Check> checks = [.. Compare(network, picture, Goldens.Of(Folder), "")];
        double seconds = Timing.Best(() => network.Predict(InputPicture.ToInput(picture), new float[EdgeNetwork.OutputLength]));
        double? numpy = options.RunNumPy ? NumPy(picture, goldens => goldens)?.Seconds : null;
        if (options.Image is not null)
        {
            picture = InputPicture.Get(options.Image, EdgeNetwork.InputShape[2], EdgeNetwork.InputShape[1]);
            if (options.RunNumPy && NumPy(picture, goldens => Compare(network, picture, goldens, "--image: ")) is { } own)
            {
                checks.AddRange(own.Result);
            }
        }

        network.Forward(InputPicture.ToInput(picture));
        var result = new SampleResult("a CNN's layers on a photograph", checks, [new Timing("three blocks on 300×451 pixels", seconds, numpy)]);
        Report.Write(options.Report, picture, network, result);
        return result;
    }

    // The pooled maps of all three blocks, in float32, against NumPy's in float64; the wide filter's every fourth row and column.
    private static List<Check> Compare(EdgeNetwork network, Raster picture, Goldens goldens, string prefix)
    {
        float[] input = InputPicture.ToInput(picture);
        network.Forward(input);
        float[] wide = new float[WideFilter.OutputLength];
        new WideFilter().Predict(input, wide);
        return
        [
            Check.Values<float>(prefix + "pooled maps of block 1", Maps.Of(network.Pool1.Output), goldens["pool1"], 1e-6),
            Check.Values<float>(prefix + "pooled maps of block 2", Maps.Of(network.Pool2.Output), goldens["pool2"], 1e-6),
            Check.Values<float>(prefix + "pooled maps of block 3", Maps.Of(network.Pool3.Output), goldens["pool3"], 1e-6),
            Check.Values<float>(prefix + "a filter of 2×4", Stride.Take<float>(wide, WideFilter.OutputShape, [1, 4, 4]), goldens["wide"], 1e-6),
        ];
    }

    // The same in NumPy, by reference.py; null where it is not installed.
    private static (double Seconds, T Result)? NumPy<T>(Raster picture, Func<Goldens, T> use)
    {
        string folder = Directory.CreateTempSubdirectory("edge-detector").FullName;
        try
        {
            (string image, string output) = (Path.Combine(folder, "picture.ppm"), Path.Combine(folder, "maps.npz"));
            ImageFile.WriteNetpbm(picture, image);
            return NumPyReference.Run(Folder, image, output) is { } seconds ? (seconds["network"], use(Goldens.Read(output))) : null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static float[] ToSingle(double[] values) => Array.ConvertAll(values, value => (float)value);
}
