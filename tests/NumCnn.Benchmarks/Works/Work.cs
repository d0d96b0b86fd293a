namespace NumCnn.Benchmarks.Works;

/// <summary>A network to be measured, and how.</summary>
/// <param name="Name">What --only and the table call it.</param>
/// <param name="Create">Creates the network.</param>
/// <param name="Targets">What its loss compares with.</param>
/// <param name="PublishedParameters">The published number of values, running statistics included; 0 for none.</param>
internal sealed record Work(string Name, Func<INetwork<float>> Create, TargetKind Targets, int PublishedParameters = 0)
{
    /// <summary>Batches of inference.</summary>
    public IReadOnlyList<int> InferenceBatches { get; init; } = [1, 64];

    /// <summary>Batches of a training step; empty for a layer without parameters worth training.</summary>
    public IReadOnlyList<int> TrainingBatches { get; init; } = [1, 64];

    /// <summary>Batches that --quick leaves out.</summary>
    public bool IsLarge { get; init; }

    /// <summary>Loads the network from a weight file; given where the first inference of a fresh process is measured too.</summary>
    public Func<string, INetwork<float>>? Load { get; init; }

    /// <summary>A network, or a layer, of the articles whose NumPy loops it is compared with.</summary>
    public bool HasNumPyLoops { get; init; }

    /// <summary>The loops can train it too.</summary>
    public bool HasNumPyTraining { get; init; }
}

/// <summary>What a loss compares outputs with.</summary>
internal enum TargetKind
{
    /// <summary>Cross entropy with class labels.</summary>
    Classes,

    /// <summary>Mean squared error with values.</summary>
    Values,

    /// <summary>Half the squared error, averaged over samples.</summary>
    HalfSquaredValues,
}
