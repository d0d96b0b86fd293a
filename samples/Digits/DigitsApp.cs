using NumCnn;
using Samples.Digits.Data;
using Samples.Digits.Report;
using Samples.Digits.Training;

namespace Samples.Digits;

/// <summary>The sample from images to report.</summary>
internal static class DigitsApp
{
    private const int DrawnForTraining = 7_000, DrawnForTest = 1_000;

    /// <returns>0, or 130 if the training was interrupted.</returns>
    public static int Run(Options options)
    {
        using var interruption = new Interruption();
        LeNet5 network = options.Load is null ? new LeNet5(options.Seed) : LeNet5.Load(options.Load);
        network.Threads = options.Threads;
        foreach (string line in NetworkTable.Lines(LeNet5.Info))
        {
            Console.WriteLine(line);
        }

        string source = options.Data is null ? "digits drawn by the sample" : $"MNIST's files in {options.Data}";
        DigitSet test = options.Data is null ? DrawnDigits.Draw(DrawnForTest, seed: 2) : MnistFiles.Test(options.Data);
        int trained = 0;
        TrainingResult? result = null;
        Console.WriteLine();
        if (options.EpochsToTrain > 0)
        {
            DigitSet images = options.Data is null ? DrawnDigits.Draw(DrawnForTraining, seed: 1) : MnistFiles.Training(options.Data);
            (DigitSet training, DigitSet held) = images.HoldOut(options.Seed);
            trained = training.Count;
            Console.WriteLine($"{source}: {training.Count} to train, {held.Count} held out, {test.Count} to test");
            result = DigitTraining.Run(network, training, held, options, interruption.Token);
        }
        else
        {
            Console.WriteLine($"{source}: {test.Count} to test");
        }

        bool interrupted = result?.End == TrainingEnd.Cancelled;
        if (interrupted)
        {
            Console.WriteLine(result!.BestEpoch > 0 ? $"interrupted: the weights of epoch {result.BestEpoch}, the best one, are kept" : "interrupted in the first epoch: the weights are as the last step left them");
        }

        if (options.Weights is not null)
        {
            network.Save(options.Weights);
            Console.WriteLine($"weights: {options.Weights}");
        }

        Readings readings = Readings.Of(network, test);
        var report = new DigitsReport(LeNet5.Info, source, trained, result?.Epochs ?? [], test, readings, FirstLayer(network, test));
        report.Save(options.Report);
        Console.WriteLine($"report: {options.Report}");
        Console.WriteLine($"test accuracy {100 * readings.Accuracy:F2} % ({readings.Correct}/{readings.All.Count})");
        return interrupted ? 130 : 0;
    }

    // What the first layer makes of one digit: the first 3 of the test images, or the first image.
    private static FeatureMaps FirstLayer(LeNet5 network, DigitSet test)
    {
        int index = Math.Max(0, Array.IndexOf(test.Labels, 3));
        var digit = new DigitSet(test.Image(index).ToArray(), [test.Labels[index]]);
        network.Training = false;
        network.Forward(digit.ToInputs());
        float[] maps = new float[network.Relu1.Output.Length];
        network.Relu1.Output.CopyTo(sample: 0, maps);
        return new FeatureMaps(digit.Images, digit.Labels[0], network.Conv1.Weight.ToArray(), network.Conv1.Weight.Shape[^1], maps);
    }
}
