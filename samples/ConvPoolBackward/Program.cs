using NumCnn;
using NumCnn.Samples.Articles;

namespace Samples.ConvPoolBackward;

/// <summary>Convolution and pooling with stride and padding, forward and backward, in float64 and float32.</summary>
public static class Program
{
    private const string Folder = "ConvPoolBackward";

    public static int Main(string[] args) => SampleConsole.Run(
        "conv-pool-backward", "Runs convolutions and poolings forward and backward, and checks every gradient twice.", takesImage: false, args, Run);

    /// <summary>Runs all layers, compares them with NumPy and with finite differences, and writes the report.</summary>
    public static SampleResult Run(SampleOptions options)
    {
        Goldens goldens = Goldens.Of(Folder);
        LayerCase<double>[] cases =
        [
            new("conv 3×3, padding 1", "conv0", new Conv3x3(), goldens),
            new("conv 3×3, stride 2, padding 1", "conv1", new Conv3x3Stride2(), goldens),
            new("conv 5×5, padding 2", "conv2", new Conv5x5(), goldens),
            new("conv 1×1", "conv3", new Conv1x1(), goldens),
            new("pool 2×2, stride 2", "pool0", new Pool2x2(), goldens),
            new("pool 3×3, stride 2", "pool1", new Pool3x3Stride2(), goldens),
            new("pool 3×3, stride 1", "pool2", new Pool3x3Stride1(), goldens),
            new("pool 3×3, stride 2, padding 1", "pool3", new Pool3x3Padded(), goldens),
        ];
        LayerCase<float>[] single =
        [
            new("conv 3×3, padding 1", "conv0", new Conv3x3Float(), goldens),
            new("conv 3×3, stride 2, padding 1", "conv1", new Conv3x3Stride2Float(), goldens),
            new("conv 5×5, padding 2", "conv2", new Conv5x5Float(), goldens),
            new("conv 1×1", "conv3", new Conv1x1Float(), goldens),
            new("pool 2×2, stride 2", "pool0", new Pool2x2Float(), goldens),
            new("pool 3×3, stride 2", "pool1", new Pool3x3Stride2Float(), goldens),
            new("pool 3×3, stride 1", "pool2", new Pool3x3Stride1Float(), goldens),
            new("pool 3×3, stride 2, padding 1", "pool3", new Pool3x3PaddedFloat(), goldens),
        ];

        List<Check> checks = [.. cases.SelectMany(layer => layer.Compare(1e-12)), .. single.SelectMany(layer => layer.Compare(1e-5))];
        Console.WriteLine("gradients against finite differences of Σ dy·y, float64:");
        foreach (LayerCase<double> layer in cases)
        {
            GradientCheck gradient = GradientCheck.Of(layer);
            Console.WriteLine($"  {layer.Name,-30}  {gradient.Inputs,4} inputs {gradient.InputError:0.0e+00}{(gradient.Parameters == 0 ? "" : $"   {gradient.Parameters,4} parameters {gradient.ParameterError:0.0e+00}")}");
            checks.Add(new Check($"{layer.Name}: finite differences", Math.Max(gradient.InputError, gradient.ParameterError), GradientCheck.Tolerance));
        }

        double seconds = Timing.Best(() => Array.ForEach(cases, layer => layer.Run()));
        double? numpy = options.RunNumPy ? NumPyReference.Run(Folder)?["layers"] : null;
        var result = new SampleResult("convolution and pooling, backward too", checks, [new Timing("8 convolution and pooling layers, forward and backward", seconds, numpy)]);
        Report.Write(options.Report, cases, result);
        return result;
    }
}
