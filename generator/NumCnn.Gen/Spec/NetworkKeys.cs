namespace NumCnn.Gen.Spec;

/// <summary>The keys of a file's top level.</summary>
internal static class NetworkKeys
{
    public const string Name = "name";
    public const string Namespace = "namespace";
    public const string Accessibility = "accessibility";
    public const string DType = "dtype";
    public const string Input = "input";
    public const string Seed = "seed";
    public const string Layers = "layers";
    public const string Loss = "loss";
    public const string Codegen = "codegen";

    public static readonly EquatableArray<string> All = [Name, Namespace, Accessibility, DType, Input, Seed, Layers, Loss, Codegen];

    public static readonly EquatableArray<string> AccessibilityWords = ["public", "internal"];

    public static readonly EquatableArray<string> DTypeWords = ["float32", "float64"];
}
