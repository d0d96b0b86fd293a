using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using NumCnn.Gen;

namespace NumCnn.Benchmarks.Generated;

/// <summary>The generator as the compiler runs it, on one network.</summary>
internal sealed class GeneratorRun
{
    private GeneratorDriver _driver;

    /// <param name="yaml">The network.</param>
    public GeneratorRun(string yaml)
    {
        _driver = CSharpGeneratorDriver.Create([new NetworkGenerator().AsSourceGenerator()], [new YamlFile(yaml)], null, new Options());
        var compilation = InMemory.Compilation([Unrelated(0)]);
        Milliseconds = Time(compilation);
        UnrelatedEditMilliseconds = Time(compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[0], Unrelated(1)));
        var result = _driver.GetRunResult();
        if (result.Diagnostics.FirstOrDefault(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error) is { } error)
        {
            throw new InvalidOperationException(error.ToString());
        }

        Sources = [.. result.Results[0].GeneratedSources.Select(static source => source.SourceText)];
    }

    /// <summary>From YAML to C#.</summary>
    public double Milliseconds { get; }

    /// <summary>The same again after an edit of a C# file.</summary>
    public double UnrelatedEditMilliseconds { get; }

    public ImmutableArray<SourceText> Sources { get; }

    private static SyntaxTree Unrelated(int version) => CSharpSyntaxTree.ParseText($"internal static class Unrelated {{ public const int Version = {version}; }}");

    private double Time(Compilation compilation)
    {
        long start = Stopwatch.GetTimestamp();
        _driver = _driver.RunGenerators(compilation);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private sealed class YamlFile(string yaml) : AdditionalText
    {
        private readonly SourceText _text = SourceText.From(yaml, Encoding.UTF8);

        public override string Path => "/project/network.yaml";

        public override SourceText GetText(CancellationToken cancellationToken = default) => _text;
    }

    private sealed class Options : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new One("build_property.RootNamespace", InMemory.Namespace);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new One("build_metadata.AdditionalFiles.NumCnnSource", "true");
    }

    private sealed class One(string name, string content) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, out string value)
        {
            value = content;
            return KeyComparer.Equals(key, name);
        }
    }
}
