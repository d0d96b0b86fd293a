namespace NumCnn.TestRun;

/// <summary>Where things are in the repository.</summary>
internal static class SourceTree
{
    public const string Solution = "NumCnn.Gen.sln";

    /// <summary>The folder of the solution, above this program.</summary>
    public static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"{Solution} is not above {AppContext.BaseDirectory}.");
    }

    /// <summary>The test projects, those that run longest first.</summary>
    public static IReadOnlyList<string> TestProjects(string root)
        => [.. Directory.GetFiles(Path.Combine(root, "tests"), "*.csproj", SearchOption.AllDirectories)
            .Where(static project => File.ReadAllText(project).Contains("\"Microsoft.NET.Test.Sdk\"", StringComparison.Ordinal))
            .OrderBy(static project => Path.GetFileNameWithoutExtension(project) switch { "NumCnn.Conformance" => 0, "NumCnn.Gen.Tests" => 1, _ => 2 })
            .ThenBy(static project => project, StringComparer.Ordinal)];

    /// <summary>What a project's build leaves to run.</summary>
    public static string Assembly(string project)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        return Path.Combine(Path.GetDirectoryName(project)!, "bin", "Release", "net10.0", name + ".dll");
    }
}
