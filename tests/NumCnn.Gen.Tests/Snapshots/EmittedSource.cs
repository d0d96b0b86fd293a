using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests.Snapshots;

/// <summary>Emitted source as the compiler sees it in a strict user's project.</summary>
internal static class EmittedSource
{
    // The oldest version of C# that the package supports; projects on the newest are built by the packaging tests.
    public static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.CSharp12, DocumentationMode.Diagnose);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "NumCnn.dll" || Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>What the compiler says of it, hidden remarks aside: nullable, every warning on, documentation checked, no unsafe code allowed.</summary>
    public static string[] Compile(IEnumerable<string> sources)
    {
        var compilation = CSharpCompilation.Create(
            "Consumer",
            sources.Select(source => CSharpSyntaxTree.ParseText(source, ParseOptions)),
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999));
        using var image = new MemoryStream();
        return [.. compilation.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity > DiagnosticSeverity.Hidden).Select(GeneratorHost.Show)];
    }
}
