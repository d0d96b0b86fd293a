using System.Text.RegularExpressions;
using NumCnn.Gen.Spec;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests.Documentation;

/// <summary>The reference page and the schema say what the option tables say.</summary>
public partial class ReferenceTests
{
    private static readonly string Page = Path.Combine(Repository.Generator, "docs", "yaml-reference.md");
    private static readonly string Schema = Path.Combine(Repository.Generator, "schema", "network.schema.json");

    [Fact]
    public void The_reference_page_has_every_option_table()
    {
        var page = File.ReadAllText(Page).ReplaceLineEndings("\n");
        var expected = page;
        foreach (var (section, content) in new[]
        {
            ("layers", ReferenceWriter.Layers()),
            ("losses", ReferenceWriter.Tables(LossTables.All, "###")),
            ("initialisers", ReferenceWriter.Tables(InitTables.All, "###")),
            ("codegen", ReferenceWriter.Tables([CodegenTable.Table], "###")),
        })
        {
            var pattern = new Regex($"(<!-- {section}: .*? -->\n).*?(<!-- end of {section} -->)", RegexOptions.Singleline, TimeSpan.FromSeconds(5));
            Assert.Matches(pattern, expected);
            expected = pattern.Replace(expected, match => match.Groups[1].Value + "\n" + content + match.Groups[2].Value);
        }

        AssertSame(Page, expected, page);
    }

    [Fact]
    public void The_schema_follows_from_the_option_tables() => AssertSame(Schema, SchemaWriter.Write(), File.Exists(Schema) ? File.ReadAllText(Schema) : "");

    [Fact]
    public void The_pages_examples_are_good_networks()
    {
        var blocks = YamlBlock().Matches(File.ReadAllText(Page).ReplaceLineEndings("\n"));

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.DoesNotContain(GeneratorHost.Diagnose(block.Groups["text"].Value), line => !line.Contains(": info ", StringComparison.Ordinal)));
    }

    private static void AssertSame(string path, string expected, string actual)
    {
        var received = Path.ChangeExtension(path, ".received" + Path.GetExtension(path));
        if (expected == actual.ReplaceLineEndings("\n"))
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, expected);
        Assert.Fail($"{path} is out of date. If {received} is right, move it there.");
    }

    [GeneratedRegex("```yaml\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex YamlBlock();
}
