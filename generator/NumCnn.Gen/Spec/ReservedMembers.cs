namespace NumCnn.Gen.Spec;

/// <summary>What a generated class has besides its layers.</summary>
internal static class ReservedMembers
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "Backward", "CreateLoss", "Describe", "Dispose", "Equals", "Finalize", "Forward", "GetHashCode", "GetType", "Info", "InputLength", "InputShape", "KernelFamily",
        "Load", "Loss", "LossOf", "MemberwiseClone", "OutputLength", "OutputShape", "ParameterCount", "Parameters", "Predict",
        "ReferenceEquals", "Reserve", "Reset", "Save", "Seed", "Threads", "ToString", "Training",
    };

    public static bool Contains(string member) => Names.Contains(member);
}
