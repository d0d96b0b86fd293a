using System.Diagnostics;

namespace NumCnn.Benchmarks.Measuring;

/// <summary>Child processes that print what they measured; mostly this program again, with a command of its own.</summary>
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
        return OutputOf(program, all);
    }

    /// <summary>Runs another program and reads what it prints.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string OutputOf(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 && !string.IsNullOrWhiteSpace(output)
            ? output
            : throw new InvalidOperationException($"The process '{program} {string.Join(' ', arguments)}' ended with code {process.ExitCode}: {output}");
    }
}
