namespace NumCnn.TestRun;

/// <summary>Takes what snapshots and checked pages have become as right; the difference is for the reviewer of the commit to read.</summary>
internal static class Acceptance
{
    private const string Received = ".received.";

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string root)
    {
        string project = Path.Combine(root, "tests", "NumCnn.Gen.Tests", "NumCnn.Gen.Tests.csproj");
        if (!await TestRun.BuildAsync(root, project))
        {
            return 1;
        }

        // What an earlier run left behind may be of another state.
        foreach (string file in Files(root).ToList())
        {
            File.Delete(file);
        }

        // They fail where something has changed; what they leave behind says what.
        await Dotnet.RunAsync(root, "test", SourceTree.Assembly(project), "--filter", "FullyQualifiedName~Snapshots|FullyQualifiedName~Documentation|FullyQualifiedName~TileChoice");
        int count = 0;
        foreach (string file in Files(root).Order(StringComparer.Ordinal))
        {
            string target = Target(file);
            File.Move(file, target, overwrite: true);
            Console.WriteLine($"accepted {Path.GetRelativePath(root, target)}");
            count++;
        }

        Console.WriteLine($"{count} accepted");
        return 0;
    }

    private static IEnumerable<string> Files(string root)
        => new[] { "generator", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*" + Received + "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(root, "*" + Received + "*"))
            .Where(file => !Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).Any(static part => part is "bin" or "obj"));

    /// <summary>A snapshot stands beside its test under another ending; a page has its own name.</summary>
    private static string Target(string file)
    {
        string verified = file.Replace(Received, ".verified.", StringComparison.Ordinal), page = file.Replace(Received, ".", StringComparison.Ordinal);
        return File.Exists(page) ? page : verified;
    }
}
