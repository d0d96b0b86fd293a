using NumCnn;
using Samples.Digits.Data;

namespace Samples.Digits.Training;

/// <summary>The recipe: Adam whose rate falls to 0 along half a cosine, and images that are distorted anew in every epoch.</summary>
internal static class DigitTraining
{
    /// <summary>Trains a network; once cancelled, it stops after the running step and has the best finished epoch's weights.</summary>
    /// <param name="network">Starts from the parameters that it has.</param>
    /// <param name="training">The images to learn from.</param>
    /// <param name="held">The images to judge the epochs by.</param>
    /// <param name="options">Epochs, batch, learning rate and seed.</param>
    /// <param name="cancellation">Ends the training.</param>
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
            RestoreBest = false, // but see BestWeights
        };

        var best = new BestWeights(network.Parameters);
        var display = new ProgressDisplay(report =>
        {
            if (report.IsBest)
            {
                best.Keep();
            }

            // The trainer reads the images through the view at every step, so they may change between two epochs.
            distortion.Redraw(report.Epoch + 1);
        });
        var trainer = Trainer.For(network, new Adam(options.LearningRate));
        TrainingResult result = display.Show(() => trainer.Fit(distortion.Data, validation, recipe, display, cancellation));
        if (result.End == TrainingEnd.Cancelled && result.BestEpoch > 0)
        {
            best.Restore();
        }

        return result;
    }
}
