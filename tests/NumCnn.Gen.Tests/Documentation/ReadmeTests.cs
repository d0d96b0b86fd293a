using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NumCnn.Gen.Tests.Snapshots;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests.Documentation;

/// <summary>What the README shows is what a reader gets.</summary>
public partial class ReadmeTests
{
    private static readonly string Page = Repository.Read("README.md").ReplaceLineEndings("\n");

    [Fact]
    public void Its_emitted_kernel_is_what_its_network_becomes()
    {
        var expected = Excerpt().Replace(Page, match => $"{match.Groups["head"].Value}```csharp\n{Shorten(Kernel("Conv1Forward"))}\n```\n{match.Groups["tail"].Value}");
        var received = Path.Combine(Repository.Root, "README.received.md");
        Assert.Matches(Excerpt(), Page);
        if (expected == Page)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, expected);
        Assert.Fail($"The README's excerpt is out of date. If {received} is right, move it there.");
    }

    [Fact]
    public void Its_network_has_no_problem() => Assert.Equal([], GeneratorHost.Diagnose(Block("yaml")));

    [Fact]
    public void Its_network_is_the_samples()
        => Assert.Equal(
            Spec(Block("yaml")),
            Spec(Repository.Read("samples", "Digits", "network.yaml")));

    [Fact]
    public void Its_eight_lines_compile()
    {
        var lines = Block("csharp");
        var user = $$"""
            using System;
            using NumCnn;
            namespace Consumer;
            internal static class Reader
            {
                internal static float Read(float[] images, int[] labels, float[] predictions, Optimizer optimizer)
                {
            {{lines}}
                    return loss + weight + scores[0];
                }
            }
            """;

        Assert.Equal(8, lines.Trim().Split('\n').Length);
        Assert.Equal([], EmittedSource.Compile(Sources().Append(user)));
    }

    [Fact]
    public void Its_version_is_the_projects()
    {
        var version = XDocument.Parse(Repository.Read("Directory.Build.props")).Descendants("Version").Single().Value;

        Assert.Contains($"Include=\"NumCnn.Gen\" Version=\"{version}\"", Page, StringComparison.Ordinal);
    }

    /// <summary>What a network means, apart from kept outputs: comments and layout do not count.</summary>
    private static string[] Spec(string yaml)
    {
        var spec = Networks.Resolve(yaml);
        return [spec.Name, string.Join(',', spec.Input), spec.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture), .. spec.Layers.Select(layer => $"{layer.Name} {layer.Kind} {layer.Options}"), $"{spec.Loss}"];
    }

    private static IEnumerable<string> Sources() => new GeneratorHost(("network.yaml", Block("yaml"))).Run().GeneratedSources.Select(source => source.SourceText.ToString());

    /// <summary>A kernel's lines, its documentation first, without the indentation of the class.</summary>
    private static string[] Kernel(string name)
    {
        var method = CSharpSyntaxTree.ParseText(Sources().First(), EmittedSource.ParseOptions).GetRoot().DescendantNodes()
            .OfType<MethodDeclarationSyntax>().Single(method => method.Identifier.Text == name);
        return [.. method.ToFullString().Trim('\n').Split('\n').SkipWhile(static line => line.Length == 0 || line[0] == '#')
            .Select(line => line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : line)];
    }

    /// <summary>Of a kernel's unrolled steps, which comments name, the first and the last.</summary>
    private static string Shorten(string[] lines)
    {
        var steps = Enumerable.Range(0, lines.Length).Where(line => lines[line].TrimStart().StartsWith("// ", StringComparison.Ordinal)).ToArray();
        if (steps.Length < 3)
        {
            return string.Join('\n', lines);
        }

        var indent = lines[steps[1]][..^lines[steps[1]].TrimStart().Length];
        return string.Join('\n', [.. lines[..steps[1]], indent + "// …", .. lines[steps[^1]..]]);
    }

    private static string Block(string language)
        => Regex.Match(Page, $"```{language}\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["text"].Value;

    [GeneratedRegex("(?<head><!-- emitted: .*? -->\n).*?(?<tail><!-- end of emitted -->)", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Excerpt();
}
