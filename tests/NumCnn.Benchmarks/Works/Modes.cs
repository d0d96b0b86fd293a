namespace NumCnn.Benchmarks.Works;

/// <summary>What is timed, by the names of --json.</summary>
internal static class Modes
{
    public const string Infer = "infer";
    public const string Train = "train";
    public const string First = "first";
    public const string Native = "first-native";
}
