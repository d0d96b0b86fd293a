namespace NumCnn;

/// <summary>Sizes and stages of a compiled network: what its base class needs to run it. Generated code makes it.</summary>
public sealed record NetworkLayout
{
    /// <summary>The network's description.</summary>
    public required NetworkInfo Info { get; init; }

    /// <summary>Where the parameters lie and how they begin.</summary>
    public required IReadOnlyList<ParameterInfo> Parameters { get; init; }

    /// <summary>Elements of the storage that are trained; they come first.</summary>
    public required int TrainableLength { get; init; }

    /// <summary>Elements of the whole storage.</summary>
    public required int StorageLength { get; init; }

    /// <summary>Elements of the workspace that Predict's samples use one after another.</summary>
    public required int PredictSharedLength { get; init; }

    /// <summary>Elements of the workspace that each of Predict's samples has for itself.</summary>
    public required int PredictSampleLength { get; init; }

    /// <summary>Elements of the scratch beside the samples' workspaces in Predict.</summary>
    public required int PredictBatchLength { get; init; }

    /// <summary>What Predict's calls prepare from the parameters is worth keeping until these change: weights transformed for Winograd's algorithm.</summary>
    public bool KeepsPreparation { get; init; }

    /// <summary>Elements of a sample's workspace in training.</summary>
    public int SampleLength { get; init; }

    /// <summary>Elements of the scratch beside the samples' workspaces in training.</summary>
    public int BatchLength { get; init; }

    /// <summary>Elements of the parameter gradients that each shard of a batch sums for itself.</summary>
    public int ShardLength { get; init; }

    /// <summary>The stages of Forward: 0 for one that goes over samples, otherwise its number of independent items.</summary>
    public IReadOnlyList<int> ForwardStages { get; init; } = [];

    /// <summary>The stages of Backward, likewise.</summary>
    public IReadOnlyList<int> BackwardStages { get; init; } = [];

    /// <summary>Forward in training updates running statistics, which are parameters too.</summary>
    public bool WritesParameters { get; init; }
}
