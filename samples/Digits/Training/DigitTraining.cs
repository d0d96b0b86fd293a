using NumCnn;
using Samples.Digits.Data;

namespace Samples.Digits.Training;

/// <summary>
/// The recipe: Adam whose rate falls to 0 along half a cosine, distorted images, and the weights of the epoch with the
/// lowest loss on held-out images.
/// </summary>
internal static class DigitTraining
{
    /// <summary>Trains a network.</summary>
    /// <param name="network">Starts from the parameters that it has.</param>
    /// <param name="training">The images to learn from.</param>
    /// <param name="held">The images to judge the epochs by.</param>
    /// <param name="options">Epochs, batch, learning rate and seed.</param>
    /// <param name="cancellation">Ends the training after the running step.</param>
    public static TrainingResult Run(
        ITrainable<float, int> network, DigitSet training, DigitSet held, Options options, CancellationToken cancellation)
    {
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
