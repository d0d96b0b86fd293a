using NumCnn;
using Samples.Digits.Data;

namespace Samples.Digits.Training;

/// <summary>
/// The recipe: Adam whose rate falls to 0 along half a cosine, distorted images, and the weights of the epoch with the
/// lowest loss on held-out images.
/// </summary>
internal static class DigitTraining
{
    /// <summary>Trains a network; once cancelled, it stops after the running step.</summary>
    public static TrainingResult Run(ITrainable<float, int> network, DigitSet images, Options options, CancellationToken cancellation)
    {
        (DigitSet training, DigitSet held) = images.HoldOut(options.Seed);
        var distortion = new Distortion(training, options.Seed);
        var validation = new Dataset<float, int>(held.ToInputs(), held.Labels, held.Count);
        int steps = (training.Count + options.Batch - 1) / options.Batch;
        var recipe = new TrainingOptions
        {
            Epochs = options.EpochsToTrain,
            BatchSize = options.Batch,
            Seed = options.Seed,
            Schedule = new CosineAnnealingLr(options.EpochsToTrain * steps),
            SchedulePerStep = true,
        };

        // The trainer reads the images through the view at every step, so they may change between two epochs.
        var display = new ProgressDisplay(epoch => distortion.Redraw(epoch + 1));
        var trainer = Trainer.For(network, new Adam(options.LearningRate));
        return display.Show(() => trainer.Fit(distortion.Data, validation, recipe, display, cancellation));
    }
}
