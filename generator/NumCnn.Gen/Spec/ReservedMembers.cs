namespace NumCnn.Gen.Spec;

/// <summary>What a generated class has besides its layers: of its own, and inherited.</summary>
internal static class ReservedMembers
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "Backward", "BackwardStage", "Batch", "CompileAhead", "CreateLoss", "Describe", "Dispose", "Equals", "Finalize", "Forward",
        "ForwardStage", "GetHashCode", "GetType", "Gradients", "Info", "InputLength", "InputShape", "IsShared", "IsTraining",
        "KernelFamily", "Load", "Loss", "LossOf", "MemberwiseClone", "OutputLength", "OutputShape", "ParameterCount", "Parameters",
        "Pitch", "Predict", "PredictChunk", "PredictKernels", "PredictPrepare", "PredictStage", "ReferenceEquals", "Reserve", "Reset", "Samples", "Save", "Seed",
        "ShardPitch", "Shards", "Threads", "ToString", "Training", "Values", "WantsInputGradient",
    };

    // A call finds methods behind a property of their name: output is a name that weight files have.
    private static readonly HashSet<string> Methods = new(StringComparer.Ordinal) { "Share" };

    private static readonly HashSet<string> TrainedMethods = new(StringComparer.Ordinal)
    {
        "CountBatch", "DropoutFactors", "Input", "InputGradient", "Output", "OutputGradient", "Sample", "Shard",
    };

    public static bool Contains(string member) => Names.Contains(member) || IsStage(member, "Forward") || IsStage(member, "Backward");

    /// <summary>Whether a network, one that is trained or another, inherits a method of that name, which a layer's member may hide.</summary>
    public static bool IsHidden(string member, bool isTrained) => Methods.Contains(member) || (isTrained && TrainedMethods.Contains(member));

    private static bool IsStage(string member, string direction)
        => member.Length > direction.Length && member.StartsWith(direction, StringComparison.Ordinal) && member.Skip(direction.Length).All(char.IsDigit);
}
