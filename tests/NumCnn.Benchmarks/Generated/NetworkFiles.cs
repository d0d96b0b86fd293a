using System.Text.RegularExpressions;

namespace NumCnn.Benchmarks.Generated;

/// <summary>The YAML of the works, beside this program.</summary>
internal static partial class NetworkFiles
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Networks");

    /// <summary>Every work's name.</summary>
    public static IReadOnlyList<string> Names => [.. Directory.EnumerateFiles(Folder, "*.network.yaml").Select(static path => Path.GetFileName(path).Replace(".network.yaml", string.Empty, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static string Text(string work) => File.ReadAllText(Path.Combine(Folder, work + ".network.yaml"));

    /// <summary>The same network in float64, under the name Float64.</summary>
    public static string InFloat64(string work) => ClassName().Replace(Text(work), "name: Float64\ndtype: float64");

    [GeneratedRegex("^name: .*$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClassName();
}
