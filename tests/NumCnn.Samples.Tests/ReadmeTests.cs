using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Samples.Tour;

namespace NumCnn.Samples.Tests;

/// <summary>What the samples' pages say, against what is there.</summary>
public partial class ReadmeTests
{
    public static TheoryData<string> Folders => [.. TourTable.Stops.Select(stop => stop.Folder)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void ExcerptsAreWhatTheCompilerEmits(string folder)
    {
        string generated = Path.Combine(Samples(), folder, "obj", "generated");
        Assert.True(Directory.Exists(generated), $"{generated} is written by the sample's build.");
        HashSet<string> emitted = [.. Directory.EnumerateFiles(generated, "*.g.cs", SearchOption.AllDirectories).SelectMany(File.ReadLines).Select(line => line.Trim())];
        int compared = 0;

        foreach (Match block in CSharp().Matches(File.ReadAllText(Path.Combine(Samples(), folder, "README.md"))))
        {
            bool isEmitted = block.Value.Contains("ref ", StringComparison.Ordinal) || block.Value.Contains("/// <summary>", StringComparison.Ordinal) || block.Value.Contains("nint", StringComparison.Ordinal);
            foreach (string line in block.Groups["code"].Value.Split('\n').Select(Code).Where(line => line.Length > 1))
            {
                compared += isEmitted ? 1 : 0;
                Assert.True(!isEmitted || emitted.Contains(line), $"{folder}/README.md shows a line that the compiler does not emit (any more): {line}");
            }
        }

        Assert.True(compared > 0, $"{folder}/README.md shows nothing of what is emitted.");
    }

    [Fact]
    public void LinksLeadSomewhere()
    {
        string[] pages = [Path.Combine(Samples(), "README.md"), .. TourTable.Stops.Select(stop => Path.Combine(Samples(), stop.Folder, "README.md"))];
        foreach (string page in pages)
        {
            foreach (Match link in Link().Matches(File.ReadAllText(page)))
            {
                string target = Path.Combine(Path.GetDirectoryName(page)!, link.Groups["target"].Value);
                Assert.True(Path.Exists(target), $"{page} links to {link.Groups["target"].Value}, which is not there.");
            }
        }
    }

    [Fact]
    public void TheTourNamesEverySample()
    {
        string tour = File.ReadAllText(Path.Combine(Samples(), "README.md"));
        Assert.All(TourTable.Stops, stop =>
        {
            Assert.Contains($"]({stop.Folder}/README.md)", tour, StringComparison.Ordinal);
            Assert.Contains($"]({stop.Folder}/report.png)", tour, StringComparison.Ordinal);
            Assert.Contains($"({stop.Folder}): ", tour, StringComparison.Ordinal);
        });
    }

    // A line without the comment that the page adds behind it; an ellipsis stands for lines that are left out.
    private static string Code(string line)
    {
        string text = line.Trim();
        int comment = text.IndexOf(" //", StringComparison.Ordinal);
        text = comment > 0 ? text[..comment].TrimEnd() : text;
        return text.Contains('…', StringComparison.Ordinal) ? "" : text;
    }

    private static string Samples([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "samples"));

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CSharp();

    [GeneratedRegex(@"\]\((?<target>[^)#:]+)\)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
