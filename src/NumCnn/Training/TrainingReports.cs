using System.Runtime.InteropServices;

namespace NumCnn;

/// <summary>Loss and metrics over a data set.</summary>
/// <param name="Loss">The mean loss of a sample.</param>
/// <param name="Metrics">The metrics by name.</param>
/// <param name="Samples">The number of samples.</param>
public sealed record Evaluation(double Loss, IReadOnlyDictionary<string, double> Metrics, int Samples)
{
    /// <summary>The share of right classes, or null if it was not measured.</summary>
    public double? Accuracy => Metrics.TryGetValue("accuracy", out double value) ? value : null;

    internal double this[string name] => name == TrainingOptions.LossName ? Loss : Metrics[name];
}

/// <summary>An epoch that was finished.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Training">Over the training set, in training mode, while the weights changed.</param>
/// <param name="Validation">Over the validation set after the epoch, or null if there is none.</param>
/// <param name="LearningRate">The learning rate of its last step.</param>
/// <param name="Duration">The time of the training and the validation.</param>
/// <param name="IsBest">Whether it is the best so far.</param>
public sealed record EpochReport(int Epoch, Evaluation Training, Evaluation? Validation, double LearningRate, TimeSpan Duration, bool IsBest);

/// <summary>Where a training stands; reported after every step, and once more at the end of an epoch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">All epochs.</param>
/// <param name="Step">Steps done in this epoch.</param>
/// <param name="Steps">All steps of an epoch.</param>
/// <param name="Loss">The mean loss of this epoch so far.</param>
/// <param name="LearningRate">The learning rate of the last step.</param>
/// <param name="Elapsed">The time since the training began.</param>
/// <param name="Finished">The epoch's report, at its end; else null.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TrainingProgress(
    int Epoch,
    int Epochs,
    int Step,
    int Steps,
    double Loss,
    double LearningRate,
    TimeSpan Elapsed,
    EpochReport? Finished);

/// <summary>Why a training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs are done.</summary>
    Completed,

    /// <summary>There was no better epoch for as long as the patience lasts.</summary>
    StoppedEarly,

    /// <summary>The caller cancelled it.</summary>
    Cancelled,
}

/// <summary>What a training did.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="Epochs">The epochs that were finished.</param>
/// <param name="BestEpoch">The best one's number, from 1; 0 if none was finished.</param>
/// <param name="Duration">The time it took.</param>
public sealed record TrainingResult(TrainingEnd End, IReadOnlyList<EpochReport> Epochs, int BestEpoch, TimeSpan Duration)
{
    /// <summary>The best epoch's report, or null if none was finished.</summary>
    public EpochReport? Best => BestEpoch > 0 ? Epochs[BestEpoch - 1] : null;
}

/// <summary>
/// The loss became NaN or infinite, so the training was stopped before it went into the weights. The network has the
/// weights of the best epoch; if none was finished, those that it began with.
/// </summary>
/// <param name="epoch">The epoch, from 1.</param>
/// <param name="step">The step in it, from 1.</param>
/// <param name="loss">The loss.</param>
/// <param name="where">What had the loss: a batch, or the validation set.</param>
public sealed class TrainingDivergedException(int epoch, int step, double loss, string where)
    : Exception($"The loss of {where} is {loss} in epoch {epoch}, step {step}. A lower learning rate or inputs on a smaller scale may help; a batch whose targets are all ignored has no loss either.")
{
    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>The step in it, from 1.</summary>
    public int Step { get; } = step;

    /// <summary>The loss: NaN or an infinity.</summary>
    public double Loss { get; } = loss;
}
