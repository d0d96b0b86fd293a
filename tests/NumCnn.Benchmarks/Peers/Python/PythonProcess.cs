using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NumCnn.Benchmarks.Peers.Python;

/// <summary>A Python process that answers commands, a line of JSON each (peer_protocol.py). While it is not asked, it waits.</summary>
internal sealed class PythonProcess : IDisposable
{
    private readonly Process _process;

    private PythonProcess(Process process) => _process = process;

    /// <summary>The version of the library that the script is about.</summary>
    public string Version { get; private set; } = string.Empty;

    public int Id => _process.Id;

    /// <summary>Starts a script.</summary>
    /// <param name="python">The interpreter.</param>
    /// <param name="script">The script's name, beside this program.</param>
    /// <param name="reason">Why it does not run.</param>
    /// <returns>The process, or null.</returns>
    public static PythonProcess? TryStart(string python, string script, out string reason)
    {
        var start = new ProcessStartInfo(python, ["-u", Path.Combine(AppContext.BaseDirectory, script)])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var process = new PythonProcess(Process.Start(start)!);
            if (process._process.StandardOutput.ReadLine() is { } line)
            {
                // Warnings of libraries; a full pipe would stop the process.
                process._process.ErrorDataReceived += static (_, _) => { };
                process._process.BeginErrorReadLine();
                process.Version = (string)JsonNode.Parse(line)!["version"]!;
                reason = string.Empty;
                return process;
            }

            reason = process._process.StandardError.ReadToEnd().Trim().Split('\n')[^1];
            process.Dispose();
            return null;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            reason = exception.Message;
            return null;
        }
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    /// <exception cref="InvalidOperationException">The command failed.</exception>
    public JsonNode Ask<T>(T command)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(command));
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The Python process ended.");
        var answer = JsonNode.Parse(line)!;
        return answer["error"] is { } error ? throw new InvalidOperationException(error.ToString()) : answer;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(2000))
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }
}
