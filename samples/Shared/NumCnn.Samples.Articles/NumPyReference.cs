using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace NumCnn.Samples.Articles;

/// <summary>Runs a sample's <c>reference.py</c>: the article's work in NumPy, for its times and for references that no file has.</summary>
public static class NumPyReference
{
    // What a script says when it cannot import numpy.
    private const int NumPyIsMissing = 3;

    /// <summary>Runs the script of a sample.</summary>
    /// <param name="sample">The sample's folder.</param>
    /// <param name="arguments">The script's arguments.</param>
    /// <returns>Seconds by name, as the script prints them; null where no Python with NumPy is installed.</returns>
    /// <exception cref="InvalidOperationException">The script failed; the message is its own.</exception>
    public static IReadOnlyDictionary<string, double>? Run(string sample, params IReadOnlyList<string> arguments)
    {
        // The system's Python may have NumPy where the first on the path has not.
        foreach (string python in new[] { "python3", "/usr/bin/python3", "python" })
        {
            if (Start(python, [SampleFile.Path(sample, "reference.py"), .. arguments]) is { } output)
            {
                return Parse(output);
            }
        }

        return null;
    }

    private static string? Start(string python, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(python, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            return null; // no such program
        }

        using (process)
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode switch
            {
                0 => output,
                NumPyIsMissing => null,
                _ => throw new InvalidOperationException($"{arguments[0]} failed: {error.Result.Trim()}"),
            };
        }
    }

    private static Dictionary<string, double> Parse(string output)
    {
        var seconds = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            seconds.Add(line[..space], double.Parse(line.AsSpan(space + 1), CultureInfo.InvariantCulture));
        }

        return seconds;
    }
}
