using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using NumCnn.Gen;

namespace NumCnn.Conformance.Host;

/// <summary>Compiles networks while the tests run: YAML through the real generator, its source through the C# compiler.</summary>
internal static class NetworkHost
{
    public const string Namespace = "Networks";

    // As a strict user's project: documentation checked, nullable, and no unsafe code allowed.
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    private static readonly CSharpCompilationOptions CompilationOptions = new(
        OutputKind.DynamicallyLinkedLibrary,
        optimizationLevel: OptimizationLevel.Release,
        allowUnsafe: false,
        nullableContextOptions: NullableContextOptions.Enable,
        warningLevel: 9999);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is "NumCnn.dll" or "netstandard.dll" or "mscorlib.dll" || Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Compiles networks into one assembly: a compilation for each would cost far more.</summary>
    /// <param name="files">File names and YAML.</param>
    /// <param name="sources">C# that uses the networks.</param>
    /// <exception cref="InvalidOperationException">The generator or the compiler reports a warning or an error that was not expected.</exception>
    public static CompiledNetworks Compile(IEnumerable<(string Path, string Yaml)> files, params string[] sources)
    {
        ImmutableArray<AdditionalText> texts = [.. files.Select(static file => new YamlText(file.Path, file.Yaml))];
        CSharpCompilation compilation = CSharpCompilation.Create($"Networks{Guid.NewGuid():N}", sources.Select(static source => CSharpSyntaxTree.ParseText(source, ParseOptions)), References, CompilationOptions);
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new NetworkGenerator().AsSourceGenerator()], texts, ParseOptions, new NetworkOptions());
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation updated, out ImmutableArray<Diagnostic> generated);
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        if (result.Exception is { } exception)
        {
            throw new InvalidOperationException($"The generator failed: {exception}", exception);
        }

        Refuse(generated.Where(static diagnostic => diagnostic.Severity > DiagnosticSeverity.Info), texts);
        return new CompiledNetworks(Emit(updated, texts), generated, result.GeneratedSources);
    }

    /// <summary>Compiles what the stages of the generator have written, for tests that call them one by one.</summary>
    /// <param name="sources">C#.</param>
    /// <exception cref="InvalidOperationException">The compiler reports a warning or an error.</exception>
    public static byte[] CompileSources(IEnumerable<string> sources)
        => Emit(CSharpCompilation.Create($"Networks{Guid.NewGuid():N}", sources.Select(static source => CSharpSyntaxTree.ParseText(source, ParseOptions)), References, CompilationOptions), []);

    private static byte[] Emit(Compilation compilation, ImmutableArray<AdditionalText> texts)
    {
        using var image = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult emitted = compilation.Emit(image);
        Refuse(emitted.Diagnostics.Where(static diagnostic => diagnostic.Severity > DiagnosticSeverity.Info), texts);
        return image.ToArray();
    }

    private static void Refuse(IEnumerable<Diagnostic> diagnostics, ImmutableArray<AdditionalText> texts)
    {
        Diagnostic[] all = [.. diagnostics];
        if (all.Length == 0)
        {
            return;
        }

        string Show(Diagnostic diagnostic)
        {
            SourceText? text = diagnostic.Location.SourceTree?.GetText();
            int line = diagnostic.Location.GetLineSpan().StartLinePosition.Line;
            return text is not null ? $"{diagnostic}\n      {text.Lines[line].ToString().Trim()}"
                : $"{diagnostic}\n{texts.SingleOrDefault(file => file.Path == diagnostic.Location.GetLineSpan().Path)?.GetText()}";
        }

        throw new InvalidOperationException($"{all.Length} unexpected diagnostics, the first of which are:\n{string.Join("\n", all.Take(12).Select(Show))}");
    }
}

/// <summary>An assembly of compiled networks.</summary>
internal sealed class CompiledNetworks
{
    private readonly Lazy<Assembly> _assembly;

    public CompiledNetworks(byte[] image, ImmutableArray<Diagnostic> diagnostics, ImmutableArray<GeneratedSourceResult> sources)
    {
        Image = image;
        Diagnostics = diagnostics;
        Sources = sources;
        _assembly = new(() => new NetworkLoadContext().LoadFromStream(new MemoryStream(image)));
    }

    public byte[] Image { get; }

    /// <summary>What the generator said; nothing above Info.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    public ImmutableArray<GeneratedSourceResult> Sources { get; }

    public Type TypeOf(string className) => _assembly.Value.GetType($"{NetworkHost.Namespace}.{className}", throwOnError: true)!;

    /// <summary>A new network, or a predictor where the YAML asks for no backward pass.</summary>
    public object Create(string className) => Activator.CreateInstance(TypeOf(className))!;

    private sealed class NetworkLoadContext() : AssemblyLoadContext("networks")
    {
        // NumCnn and the framework are those of the tests.
        protected override Assembly? Load(AssemblyName assemblyName) => null;
    }
}
