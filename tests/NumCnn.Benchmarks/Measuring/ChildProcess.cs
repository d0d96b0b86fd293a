using System.Diagnostics;

namespace NumCnn.Benchmarks.Measuring;

/// <summary>This program again, as a child process with a command of its own.</summary>
internal static class ChildProcess
{
    /// <summary>Runs it and reads what it prints.</summary>
    /// <param name="arguments">The hidden command and its arguments.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string Output(params string[] arguments)
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        string[] all = isHost ? [typeof(ChildProcess).Assembly.Location, .. arguments] : arguments;
        using var process = Process.Start(new ProcessStartInfo(program, all) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 && !string.IsNullOrWhiteSpace(output)
            ? output
            : throw new InvalidOperationException($"The process '{string.Join(' ', all)}' ended with code {process.ExitCode}: {output}");
    }
}
