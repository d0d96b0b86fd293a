using System.Diagnostics;

namespace NumCnn.TestRun;

/// <summary>Builds the solution and runs its test projects, two at a time or as many as half the processors: each has stretches of one thread and of two.</summary>
internal static class TestRun
{
    /// <returns>The exit code: 0 if something was tested and nothing failed.</returns>
    public static async Task<int> RunAsync(string root, string[] names)
    {
        IReadOnlyList<string> projects = SourceTree.TestProjects(root);
        string[] unknown = [.. names.Except(projects.Select(static project => Path.GetFileNameWithoutExtension(project)), StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            return Finish([TestResult.Broken($"There is no test project {string.Join(", ", unknown)}.")]);
        }

        if (names.Length > 0)
        {
            projects = [.. projects.Where(project => names.Contains(Path.GetFileNameWithoutExtension(project), StringComparer.Ordinal))];
        }

        foreach (string target in names.Length == 0 ? [SourceTree.Solution] : projects)
        {
            if (!await BuildAsync(root, target))
            {
                return Finish([TestResult.Broken($"{target} does not build.")]);
            }
        }

        var results = new TestResult[projects.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount / 2) };
        await Parallel.ForAsync(0, projects.Count, options, async (index, _) => results[index] = await TestAsync(root, projects[index]));
        return Finish(results);
    }

    public static async Task<bool> BuildAsync(string root, string target)
    {
        var clock = Stopwatch.StartNew();
        Console.WriteLine($"building {Path.GetFileName(target)}");
        await using var server = new CompilerServer(root);
        var (exitCode, output) = await Dotnet.RunAsync(root, ["build", target, "-c", "Release", "-v", "quiet", "-nodeReuse:false", .. server.Arguments]);
        Console.WriteLine(exitCode == 0 ? $"built in {clock.Elapsed.TotalSeconds:0} s" : output);
        return exitCode == 0;
    }

    private static async Task<TestResult> TestAsync(string root, string project)
    {
        var clock = Stopwatch.StartNew();
        string name = Path.GetFileNameWithoutExtension(project);
        string folder = Directory.CreateTempSubdirectory("numcnn-tests-").FullName;
        try
        {
            var (exitCode, output) = await Dotnet.RunAsync(root, "test", SourceTree.Assembly(project), "--logger", "trx;LogFileName=results.trx", "--results-directory", folder);
            string report = Path.Combine(folder, "results.trx");
            TestResult result = File.Exists(report) ? TestResult.Read(report) : TestResult.Broken($"{name} left no report:\n{output}");
            if (exitCode != 0 && result.Failed == 0)
            {
                result = result with { Failed = 1, Details = [$"{name} broke off with exit code {exitCode}:\n{output}"] };
            }
            else if (result.Passed + result.Failed == 0)
            {
                result = TestResult.Broken($"{name} ran no test:\n{output}");
            }

            Console.WriteLine($"{name}: {result.Passed} passed, {result.Failed} failed, {result.Skipped.Count} skipped in {clock.Elapsed.TotalSeconds:0} s");
            return result;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Finish(IReadOnlyList<TestResult> results)
    {
        foreach (string skipped in results.SelectMany(static result => result.Skipped))
        {
            Console.WriteLine($"skipped: {skipped}");
        }

        foreach (string failure in results.SelectMany(static result => result.Details))
        {
            Console.WriteLine($"\nfailed: {failure}");
        }

        int passed = results.Sum(static result => result.Passed), failed = results.Sum(static result => result.Failed);
        Console.WriteLine($"{passed} passed, {failed} failed");
        return passed > 0 && failed == 0 ? 0 : 1;
    }
}
