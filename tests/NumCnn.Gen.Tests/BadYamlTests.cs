using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>One bad file a rule, in BadYaml/: its last lines are the diagnostics, exactly, as comments.</summary>
public class BadYamlTests
{
    private const string Mark = "# (";
    private static readonly string Folder = Path.Combine(Repository.Tests, "BadYaml");

    public static string[] RuleIds { get; } = [.. Directory.GetFiles(Folder, "NCG????.yaml").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Rules => [.. RuleIds];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_bad_file_gets_its_diagnostics_at_their_places(string rule)
    {
        var text = File.ReadAllText(Path.Combine(Folder, rule + ".yaml"));
        var expected = text.Split('\n').Where(line => line.StartsWith(Mark, StringComparison.Ordinal)).Select(line => line[2..]).ToArray();

        // A second file of the project, for rules about several.
        var other = Path.Combine(Folder, rule + ".first.yaml");
        (string, string)[] files = File.Exists(other) ? [("first.network.yaml", File.ReadAllText(other)), ("network.yaml", text)] : [("network.yaml", text)];
        var result = new GeneratorHost(files).Run();
        var actual = result.Diagnostics.Select(GeneratorHost.Show).ToArray();

        Assert.Null(result.Exception);
        Assert.True(expected.SequenceEqual(actual, StringComparer.Ordinal), "The file's last lines should be:\n" + string.Concat(actual.Select(line => "# " + line + "\n")));
        Assert.Contains(actual, line => line.Contains(rule, StringComparison.Ordinal));
    }
}
