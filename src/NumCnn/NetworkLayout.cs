namespace NumCnn;

/// <summary>Sizes and stages of a compiled network: what its base class needs to run it. Generated code makes it.</summary>
/// <param name="InputLength">Elements of a sample's input.</param>
/// <param name="OutputLength">Elements of a sample's output.</param>
/// <param name="MultiplyAdds">Multiply-adds of one sample's forward pass.</param>
/// <param name="Parameters">Where the parameters lie and how they begin.</param>
/// <param name="TrainableLength">Elements of the storage that are trained; they come first.</param>
/// <param name="StorageLength">Elements of the whole storage.</param>
/// <param name="PredictSharedLength">Elements of the workspace that Predict's samples use one after another.</param>
/// <param name="PredictSampleLength">Elements of the workspace that each of Predict's samples has for itself.</param>
/// <param name="PredictBatchLength">Elements of the scratch beside the samples' workspaces in Predict.</param>
/// <param name="PredictStages">The stages of a single sample of Predict, each with its number of independent items, where threads may share them; otherwise null.</param>
/// <param name="PredictThreadLength">Elements from the workspace's start that each thread has for itself then.</param>
/// <param name="SampleLength">Elements of a sample's workspace in training.</param>
/// <param name="WorkspaceLength">Elements of the workspace that a thread has in training, for values of one sample that no other stage reads.</param>
/// <param name="BatchLength">Elements of the scratch beside the samples' workspaces in training.</param>
/// <param name="ShardLength">Elements of the parameter gradients that each shard of a batch sums for itself.</param>
/// <param name="ForwardStages">The stages of Forward: 0 for one that goes over samples, otherwise its number of independent items.</param>
/// <param name="BackwardStages">The stages of Backward, likewise.</param>
/// <param name="WritesParameters">Forward in training updates running statistics, which are parameters too.</param>
/// <param name="KeepsPreparation">What Predict prepares from the parameters is worth keeping until these change: weights transformed for Winograd's algorithm.</param>
/// <param name="HasManyKernels">Load has the kernels compiled from their end on, by a thread that takes a processor of its own.</param>
public sealed record NetworkLayout(
    int InputLength,
    int OutputLength,
    long MultiplyAdds,
    ParameterInfo[] Parameters,
    int TrainableLength,
    int StorageLength,
    int PredictSharedLength,
    int PredictSampleLength,
    int PredictBatchLength,
    int[]? PredictStages = null,
    int PredictThreadLength = 0,
    int SampleLength = 0,
    int WorkspaceLength = 0,
    int BatchLength = 0,
    int ShardLength = 0,
    int[]? ForwardStages = null,
    int[]? BackwardStages = null,
    bool WritesParameters = false,
    bool KeepsPreparation = false,
    bool HasManyKernels = false)
{
    private int _claimed;

    /// <summary>Whether this is the first call: what is done once for a network's class is done by the first who comes.</summary>
    internal bool Claim() => Interlocked.Exchange(ref _claimed, 1) == 0;
}
