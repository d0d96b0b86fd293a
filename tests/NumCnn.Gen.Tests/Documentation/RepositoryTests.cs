using System.Text.RegularExpressions;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests.Documentation;

/// <summary>The repository is complete in itself, and in order.</summary>
public partial class RepositoryTests
{
    private static readonly string[] Folders = [".ci", "generator", "samples", "src", "tests"];

    private static readonly string[] RootFiles =
        [".editorconfig", ".gitattributes", ".gitignore", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "LICENSE", "NumCnn.Gen.sln", "README.md", "global.json", "nuget.config"];

    private static readonly string[] Files = RepositoryFiles.List();

    private static readonly string[] TextFiles = [.. Files.Where(file => Path.GetExtension(file) is ".cs" or ".csproj" or ".md" or ".props" or ".targets" or ".nuspec" or ".sln" or ".yaml" or ".json" or ".py" or ".css" or ".txt" or "")];

    [Fact]
    public void The_top_level_holds_the_four_folders_and_the_usual_files()
    {
        Assert.Equal([], Files.Where(file => !file.Contains('/', StringComparison.Ordinal)).Except(RootFiles, StringComparer.Ordinal));
        Assert.Equal(Folders, Files.Where(file => file.Contains('/', StringComparison.Ordinal)).Select(file => file.Split('/')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("NumCnn.Gen.sln");
        var listed = ProjectPath().Matches(solution).Select(match => match.Value.Replace('\\', '/'));

        Assert.Equal(
            Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Versions_of_packages_stand_in_one_file()
        => Assert.Equal([], Faults(file => file.EndsWith(".csproj", StringComparison.Ordinal), line => PackageVersion().IsMatch(line)));

    [Fact]
    public void No_file_names_a_folder_of_one_machine()
        => Assert.Equal([], Faults(file => !file.EndsWith("RepositoryTests.cs", StringComparison.Ordinal), line => MachinePath().IsMatch(line)));

    [Fact]
    public void No_project_reaches_out_of_the_repository()
        => Assert.Equal([], Faults(file => Path.GetExtension(file) is ".csproj" or ".props" or ".targets" or ".nuspec", (file, line) => UpwardPath().Matches(line).Any(match => Leaves(file, match.Value))));

    [Fact]
    public void Links_between_pages_lead_somewhere()
    {
        static bool IsBroken(string file, string link)
        {
            var target = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, link.Split('#')[0]));
            return !link.Contains("://", StringComparison.Ordinal) && !(target.StartsWith(Repository.Root.TrimEnd('/', '\\'), StringComparison.Ordinal) && Path.Exists(target));
        }

        Assert.Equal([], Faults(file => file.EndsWith(".md", StringComparison.Ordinal), (file, line) => Link().Matches(line).Any(match => IsBroken(file, match.Groups["target"].Value))));
    }

    [Fact]
    public void Nothing_is_left_unfinished()
        => Assert.Equal([], Faults(file => !file.EndsWith("RepositoryTests.cs", StringComparison.Ordinal), line => Unfinished().IsMatch(line)));

    [Fact]
    public void Every_rule_that_is_switched_off_has_its_reason()
    {
        var reason = "";
        var isOpen = false;
        var without = new List<string>();
        foreach (var line in Repository.Read(".editorconfig").ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith('#'))
            {
                reason = isOpen ? reason + line : line;
                isOpen = true;
                continue;
            }

            isOpen = false;
            if (SwitchedOff().Match(line) is { Success: true } match && !(reason.Contains(match.Groups["id"].Value, StringComparison.Ordinal) && reason.Split(':', 2) is [_, { Length: > 5 }]))
            {
                without.Add(line);
            }
        }

        Assert.Equal([], without);
    }

    [Fact]
    public void Every_suppressed_warning_in_code_has_its_reason()
        => Assert.Equal([], Faults(file => file.EndsWith(".cs", StringComparison.Ordinal) && !file.EndsWith("RepositoryTests.cs", StringComparison.Ordinal), line => line.TrimStart().StartsWith("#pragma warning disable", StringComparison.Ordinal) && !line.Contains("//", StringComparison.Ordinal)));

    private static string[] Faults(Func<string, bool> isMeant, Func<string, bool> isFault) => Faults(isMeant, (_, line) => isFault(line));

    /// <summary>The lines of text files that are faulty, as <c>file:line: text</c>.</summary>
    private static string[] Faults(Func<string, bool> isMeant, Func<string, string, bool> isFault)
        => [.. TextFiles.Where(isMeant)
            .SelectMany(file => File.ReadLines(Path.Combine(Repository.Root, file)).Select((line, index) => (file, line, index)))
            .Where(place => isFault(place.file, place.line))
            .Select(place => FormattableString.Invariant($"{place.file}:{place.index + 1}: {place.line.Trim()}"))];

    private static bool Leaves(string file, string relative)
    {
        // A project's paths start at its own folder; more steps up than that folder is deep leave the repository.
        var steps = relative.Split('/', '\\').Count(part => part == "..");
        return steps > file.Count(character => character == '/');
    }

    [GeneratedRegex(@"[A-Za-z0-9_.\\/-]+\.csproj", RegexOptions.None, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex ProjectPath();

    [GeneratedRegex("<PackageReference [^>]*Version=", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex PackageVersion();

    [GeneratedRegex(@"(^|[\s""'(=])(/(work|tmp|home|root|Users)/|[A-Z]:\\\\?Users)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"(?<![\w.])(\.\.[/\\])+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex UpwardPath();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"^dotnet_diagnostic\.(?<id>\w+)\.severity", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex SwitchedOff();
}
