using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NumCnn.Gen;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Spec;

namespace NumCnn.Benchmarks.Generated;

/// <summary>The generator's stages and the C# compiler, in this process.</summary>
internal static class InMemory
{
    public const string Namespace = "Generated";

    private static readonly CSharpCompilationOptions s_options = new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable);

    private static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is "NumCnn.dll" or "netstandard.dll" || Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>YAML to what the user wrote.</summary>
    /// <exception cref="InvalidOperationException">The YAML is no network.</exception>
    public static NetworkSpec Read(string yaml)
    {
        var result = Stages.Read(new NetworkFile("network.yaml", yaml, Namespace, "Network"));
        return result.Network ?? throw new InvalidOperationException(string.Join('\n', result.Problems.Select(static problem => problem.ToString())));
    }

    /// <summary>A compilation that is ready to be emitted.</summary>
    public static CSharpCompilation Compilation(IEnumerable<SyntaxTree> trees) => CSharpCompilation.Create($"Generated{Guid.NewGuid():N}", trees, s_references, s_options);

    /// <summary>Compiles C# to an assembly's bytes.</summary>
    /// <exception cref="InvalidOperationException">It does not compile.</exception>
    public static byte[] Compile(params IEnumerable<string> sources) => Emit(Compilation(sources.Select(static source => CSharpSyntaxTree.ParseText(source))));

    /// <summary>A compilation to an assembly's bytes.</summary>
    /// <exception cref="InvalidOperationException">It does not compile.</exception>
    public static byte[] Emit(Compilation compilation)
    {
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        return result.Success
            ? image.ToArray()
            : throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(5)));
    }

    /// <summary>Compiles a network and creates it.</summary>
    public static object Create(string yaml)
    {
        var spec = Read(yaml);
        byte[] image = Compile(EmitStage.Generate(spec).Select(static source => source.Text));
        return Activator.CreateInstance(Load(image).GetType($"{Namespace}.{spec.Name}", throwOnError: true)!)!;
    }

    /// <summary>Loads an assembly that can be collected once nothing refers to it.</summary>
    public static Assembly Load(byte[] image) => new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(new MemoryStream(image));
}
