using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace NumCnn.Gen.Tests.Support;

/// <summary>Runs the generator as the compiler would, over files that live in memory.</summary>
internal sealed class GeneratorHost
{
    private const string Root = "/project/";

    private GeneratorDriver _driver;
    private CSharpCompilation _compilation;
    private ImmutableArray<AdditionalText> _files;

    public GeneratorHost(params (string Name, string Text)[] files)
        : this(new NetworkOptions(), files)
    {
    }

    public GeneratorHost(AnalyzerConfigOptionsProvider options, params (string Name, string Text)[] files)
    {
        _files = [.. files.Select(file => new YamlFile(Root + file.Name, file.Text))];
        _compilation = CSharpCompilation.Create(
            "Consumer",
            [CSharpSyntaxTree.ParseText("internal static class Unrelated;", path: "Unrelated.cs")],
            options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        _driver = CSharpGeneratorDriver.Create(
            [new NetworkGenerator().AsSourceGenerator()],
            _files,
            CSharpParseOptions.Default,
            options,
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
    }

    public GeneratorRunResult Run()
    {
        _driver = _driver.RunGenerators(_compilation);
        return _driver.GetRunResult().Results.Single();
    }

    public void Edit(string name, Func<string, string> edit)
    {
        var old = _files.Single(file => file.Path == Root + name);
        var changed = new YamlFile(old.Path, edit(old.GetText()!.ToString()));
        _files = _files.Replace(old, changed);
        _driver = _driver.ReplaceAdditionalText(old, changed);
    }

    public void EditUnrelatedCode()
        => _compilation = _compilation.ReplaceSyntaxTree(
            _compilation.SyntaxTrees.Single(),
            CSharpSyntaxTree.ParseText("internal static class Unrelated { public const int Changed = 1; }", path: "Unrelated.cs"));

    /// <summary>The diagnostics of one file, as <c>(line,column): severity id: message</c>, in the order of the file.</summary>
    public static string[] Diagnose(string yaml, string name = "network.yaml")
    {
        var result = new GeneratorHost((name, yaml)).Run();
        Assert.Null(result.Exception);
        return [.. result.Diagnostics.Select(Show)];
    }

    public static string Show(Diagnostic diagnostic)
    {
        var start = diagnostic.Location.GetLineSpan().StartLinePosition;
        return FormattableString.Invariant(
            $"({start.Line + 1},{start.Character + 1}): {diagnostic.Severity.ToString().ToLowerInvariant()} {diagnostic.Id}: {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}");
    }
}

/// <summary>A file as the compiler hands it over.</summary>
internal sealed class YamlFile(string path, string? text) : AdditionalText
{
    private readonly SourceText? _text = text is null ? null : SourceText.From(text);

    public override string Path { get; } = path;

    public override SourceText? GetText(CancellationToken cancellationToken = default) => _text;
}

/// <summary>The options that the package's props and targets make visible.</summary>
internal sealed class NetworkOptions : AnalyzerConfigOptionsProvider
{
    public Dictionary<string, string> Global { get; } = new() { [BuildNames.Property(BuildNames.RootNamespace)] = "Consumer" };

    public Dictionary<string, string> OfFiles { get; } = new() { [BuildNames.Metadata(BuildNames.Source)] = "true" };

    public override AnalyzerConfigOptions GlobalOptions => new Values(Global);

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Values([]);

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Values(OfFiles);

    private sealed class Values(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
    }
}
