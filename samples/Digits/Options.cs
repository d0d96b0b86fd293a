namespace Samples.Digits;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    /// <summary>Null: ten, or none if weights are loaded.</summary>
    public int? Epochs { get; init; }

    public int Batch { get; init; }

    public double LearningRate { get; init; }

    public ulong Seed { get; init; }

    public int Threads { get; init; }

    /// <summary>Where MNIST's files lie; null: the sample draws its own digits.</summary>
    public string? Data { get; init; }

    public string? Load { get; init; }

    public string? Weights { get; init; }

    public required string Report { get; init; }

    /// <summary>The number of epochs to train.</summary>
    public int EpochsToTrain => Epochs ?? (Load is null ? 10 : 0);
}
