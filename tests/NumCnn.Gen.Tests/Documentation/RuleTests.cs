using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests.Documentation;

/// <summary>Rule = page = ledger row = bad file; and the pages' examples are true.</summary>
public partial class RuleTests
{
    /// <summary>The warning of the targets file, which is no diagnostic of the generator.</summary>
    private const string TargetsRule = "NCG0501";

    /// <summary>No file provokes it.</summary>
    private const string InternalError = "NCG0900";

    /// <summary>Rules whose examples are not one whole file: too long, several files, of the project, none.</summary>
    private static readonly string[] WithoutWholeFile = ["NCG0004", "NCG0105", TargetsRule, InternalError];

    public static TheoryData<string> WithExamples => [.. Rules.All.Select(rule => rule.Id).Except(WithoutWholeFile)];

    [Fact]
    public void Every_descriptor_is_listed_once_in_order()
    {
        var declared = typeof(Rules).GetFields().Where(field => field.FieldType == typeof(DiagnosticDescriptor)).Select(field => ((DiagnosticDescriptor)field.GetValue(null)!).Id).ToArray();

        Assert.Equal(declared, Rules.All.Select(rule => rule.Id));
        Assert.Equal(declared.Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal), declared);
    }

    [Fact]
    public void Every_rule_has_a_row_in_the_ledger()
    {
        string[] ledger = [.. Ledger("AnalyzerReleases.Shipped.md"), .. Ledger("AnalyzerReleases.Unshipped.md")];
        var expected = Rules.All.Select(rule => $"{rule.Id} | {rule.Category} | {rule.DefaultSeverity} | {rule.Title.ToString(CultureInfo.InvariantCulture)}");

        Assert.Equal(expected, ledger.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_rule_has_a_page_and_every_page_a_rule()
    {
        var pages = Directory.GetFiles(Repository.RulePages, "NCG*.md").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

        Assert.Equal(Rules.All.Select(rule => rule.Id).Append(TargetsRule).Order(StringComparer.Ordinal), pages);
    }

    [Fact]
    public void Every_rule_has_a_bad_file()
    {
        Assert.Equal(Rules.All.Select(rule => rule.Id).Except([InternalError]), BadYamlTests.RuleIds);
    }

    [Fact]
    public void Every_page_has_its_rules_title_and_severity()
        => Assert.All(Rules.All, rule => Assert.StartsWith(
            $"# {rule.Id}: {rule.Title.ToString(CultureInfo.InvariantCulture)}\n\nSeverity: {rule.DefaultSeverity.ToString().ToLowerInvariant()}\n\n## Cause\n\n",
            Page(rule.Id),
            StringComparison.Ordinal));

    [Fact]
    public void The_index_lists_every_page()
    {
        var index = File.ReadAllText(Path.Combine(Repository.RulePages, "README.md"));

        Assert.All(Rules.All.Select(rule => rule.Id).Append(TargetsRule), id => Assert.Contains($"| [{id}]({id}.md) |", index, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(WithExamples))]
    public void The_pages_example_breaks_the_rule_and_its_fix_breaks_none(string id)
    {
        var blocks = YamlBlock().Matches(Page(id)).Select(match => match.Groups["text"].Value).ToArray();

        Assert.Equal(2, blocks.Length);
        Assert.Contains(GeneratorHost.Diagnose(blocks[0]), line => line.Contains(id, StringComparison.Ordinal));
        Assert.DoesNotContain(GeneratorHost.Diagnose(blocks[1]), line => line.Contains(id, StringComparison.Ordinal) || !IsInfo(line));
    }

    // A short example may well have nothing to train.
    private static bool IsInfo(string line) => line.Contains(": info ", StringComparison.Ordinal);

    private static string Page(string id) => File.ReadAllText(Path.Combine(Repository.RulePages, id + ".md")).ReplaceLineEndings("\n");

    private static IEnumerable<string> Ledger(string file)
        => File.ReadAllLines(Path.Combine(Repository.Generator, "NumCnn.Gen", file)).Where(line => line.StartsWith("NCG", StringComparison.Ordinal));

    [GeneratedRegex("```yaml\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex YamlBlock();
}
