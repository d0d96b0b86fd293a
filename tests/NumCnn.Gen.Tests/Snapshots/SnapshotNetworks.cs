using System.Text.RegularExpressions;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests.Snapshots;

/// <summary>The networks whose emitted source is in the repository: one a feature, in the files beside this one.</summary>
internal static partial class SnapshotNetworks
{
    private const string Suffix = ".network.yaml";

    public static string Folder { get; } = Path.Combine(Repository.Tests, "Snapshots");

    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*" + Suffix).Select(file => Path.GetFileName(file)[..^Suffix.Length]).Order(StringComparer.Ordinal)];

    public static string FileName(string name) => name + Suffix;

    public static string Yaml(string name) => File.ReadAllText(Path.Combine(Folder, FileName(name)));

    /// <summary>The network's files by name, as the generator adds them to a project whose root namespace is Consumer.</summary>
    public static IReadOnlyList<(string HintName, string Text)> Emit(string name)
    {
        var result = new GeneratorHost((FileName(name), Yaml(name))).Run();
        Assert.Null(result.Exception);
        Assert.Equal([], result.Diagnostics.Select(GeneratorHost.Show));
        return [.. result.GeneratedSources.Select(source => (source.HintName, source.SourceText.ToString()))];
    }

    /// <summary>Without the generator's version, which changes with every release.</summary>
    public static string Scrub(string text) => Version().Replace(text, "NumCnn.Gen <version>", 1);

    [GeneratedRegex(@"NumCnn\.Gen \d+\.\d+\.\d+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
