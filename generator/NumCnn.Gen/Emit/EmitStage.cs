using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Emit;

internal static class EmitStage
{
    /// <summary>The network's source files.</summary>
    public static EquatableArray<(string HintName, string Text)> Generate(NetworkSpec network)
        => [($"{network.Name}.g.cs", $"// {network.Name}\n")];
}
