namespace NumCnn;

/// <summary>How a training goes.</summary>
public sealed record TrainingOptions
{
    /// <summary>The name of the loss among what can be monitored.</summary>
    public const string LossName = "loss";

    /// <summary>Passes over the training set, at most.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Samples of a step; an epoch's last step takes what is left.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Selects the order of the samples, with the epoch.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Whether each epoch has an order of its own.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Changes the optimizer's learning rate; null leaves it.</summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>Whether the schedule's time counts steps; else epochs.</summary>
    public bool SchedulePerStep { get; init; }

    /// <summary>What decides which epoch is best: the loss, or a metric's name; of the validation set if there is one, else of the training set.</summary>
    public string Monitor { get; init; } = LossName;

    /// <summary>Ends the training after so many epochs without a better one; null never does.</summary>
    public int? Patience { get; init; }

    /// <summary>By how much an epoch must be better than the best one to count as better.</summary>
    public double MinDelta { get; init; }

    /// <summary>Whether the network has the best epoch's weights in the end; else the last one's.</summary>
    public bool RestoreBest { get; init; } = true;

    internal static void Check(TrainingOptions options)
    {
        Require(options.Epochs >= 0, options.Epochs, $"{nameof(Epochs)} must be at least 0.");
        Require(options.BatchSize > 0, options.BatchSize, $"{nameof(BatchSize)} must be at least 1.");
        Require(options.Patience is null or > 0, options.Patience, $"{nameof(Patience)} must be at least 1.");
        Require(options.MinDelta >= 0, options.MinDelta, $"{nameof(MinDelta)} must be at least 0.");

        void Require(bool holds, object? value, string message)
        {
            if (!holds)
            {
                throw new ArgumentOutOfRangeException(nameof(options), value, message);
            }
        }
    }
}
