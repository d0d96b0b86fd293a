using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace NumCnn.Conformance.Host;

/// <summary>A YAML file in memory, as the compiler hands it to a generator.</summary>
internal sealed class YamlText(string path, string yaml) : AdditionalText
{
    private readonly SourceText _text = SourceText.From(yaml, Encoding.UTF8);

    public override string Path => path;

    public override SourceText GetText(CancellationToken cancellationToken = default) => _text;
}

/// <summary>What the package's props and targets would tell the generator: every file is a network.</summary>
internal sealed class NetworkOptions : AnalyzerConfigOptionsProvider
{
    public override AnalyzerConfigOptions GlobalOptions { get; } = new Options("build_property.RootNamespace", NetworkHost.Namespace);

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Options("build_metadata.AdditionalFiles.NumCnnSource", "true");

    private sealed class Options(string name, string content) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, out string value)
        {
            value = content;
            return KeyComparer.Equals(key, name);
        }
    }
}
