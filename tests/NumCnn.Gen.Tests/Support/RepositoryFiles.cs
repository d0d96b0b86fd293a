using System.Diagnostics;

namespace NumCnn.Gen.Tests.Support;

/// <summary>The files that belong to the repository: what git tracks, or, in a copy without history, what no build made.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] Made = [".git", ".vs", ".idea", "bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];

    /// <summary>Paths from the root, with forward slashes.</summary>
    public static string[] List()
        => Path.Exists(Path.Combine(Repository.Root, ".git"))
            ? [.. Git().Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(Path.Combine(Repository.Root, file)))]
            : [.. Directory.EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
                .Where(file => !file.Split('/').Any(part => Made.Contains(part, StringComparer.Ordinal)) && !file.Contains(".received.", StringComparison.Ordinal))];

    private static string Git()
    {
        // Another user may own the checkout, as in some build services.
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "-z"]) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, "git ls-files failed.");
        return output;
    }
}
