using System.Diagnostics;
using System.Text.RegularExpressions;

namespace NumCnn.Conformance.Disassembly;

/// <summary>The machine code that the JIT makes of an assembly's kernels, as it prints it itself (DOTNET_JitDisasm).</summary>
internal static partial class MachineCode
{
    private const string MethodHead = "; Assembly listing for method ";

    /// <summary>Compiles every kernel in a process of its own.</summary>
    /// <param name="assembly">The assembly's bytes.</param>
    /// <param name="settings">Variables of its environment.</param>
    /// <returns>The lines of each method, by class and name.</returns>
    public static IReadOnlyDictionary<string, string[]> Of(byte[] assembly, params ReadOnlySpan<(string Name, string Value)> settings)
    {
        string folder = Directory.CreateTempSubdirectory("numcnn-disassembly-").FullName;
        try
        {
            string file = Path.Combine(folder, "Networks.dll"), listing = Path.Combine(folder, "listing.txt");
            File.WriteAllBytes(file, assembly);
            Child(file, [("DOTNET_JitDisasm", "*Forward* *Gradient*"), ("DOTNET_JitStdOutFile", listing), .. settings]);
            return Methods(File.Exists(listing) ? File.ReadAllLines(listing) : []);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The loops of a method that hold no other loop and multiply and add, in the order of their ends.</summary>
    public static IReadOnlyList<InnerLoop> InnerLoops(string[] lines)
    {
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            if (Label().Match(lines[i]) is { Success: true } label)
            {
                labels.Add(label.Groups["name"].Value, i);
            }
        }

        var loops = new List<(int Start, int End)>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (Jump().Match(lines[i]) is { Success: true } jump && labels.TryGetValue(jump.Groups["name"].Value, out int start) && start <= i)
            {
                loops.Add((start, i));
            }
        }

        return
        [
            .. loops.Where(loop => !loops.Exists(other => other != loop && other.Start >= loop.Start && other.End <= loop.End))
                .Select(loop => new InnerLoop(lines[loop.Start..(loop.End + 1)]))
                .Where(static loop => loop.MultiplyAdds > 0),
        ];
    }

    private static void Child(string assembly, ReadOnlySpan<(string Name, string Value)> settings)
    {
        string host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var start = new ProcessStartInfo(host, [Path.Combine(AppContext.BaseDirectory, "NumCnn.Matrix.dll"), "prepare", assembly]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in settings)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"Exit code {process.ExitCode}: {errors.Result}{output}");
        }
    }

    private static Dictionary<string, string[]> Methods(string[] lines)
    {
        var methods = new Dictionary<string, string[]>(StringComparer.Ordinal);
        int[] heads = [.. Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith(MethodHead, StringComparison.Ordinal)), lines.Length];
        for (int k = 0; k + 1 < heads.Length; k++)
        {
            // "Namespace.Class:Name(…) (FullOpts)"
            string name = lines[heads[k]][MethodHead.Length..];
            name = name[..name.IndexOf('(', StringComparison.Ordinal)].Replace(':', '.');
            methods.Add(name[(name.LastIndexOf('.', name.LastIndexOf('.') - 1) + 1)..], lines[heads[k]..heads[k + 1]]);
        }

        return methods;
    }

    [GeneratedRegex("^(?<name>G_M\\w+_IG\\d+):", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();

    [GeneratedRegex("^\\s+j\\w+\\s+(SHORT\\s+)?(?<name>G_M\\w+_IG\\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Jump();
}

/// <summary>A loop's instructions.</summary>
internal sealed class InnerLoop(string[] lines)
{
    /// <summary>Fused multiply-adds of a turn.</summary>
    public int MultiplyAdds { get; } = lines.Count(static line => line.Contains(" vfmadd", StringComparison.Ordinal));

    /// <summary>Instructions that move vectors to the stack or take them from there: values that had no register.</summary>
    public IEnumerable<string> Spills => lines.Where(static line => line.TrimStart().StartsWith('v') && (line.Contains("[rsp", StringComparison.Ordinal) || line.Contains("[rbp", StringComparison.Ordinal))).Select(static line => line.Trim());

    /// <summary>Calls; a kernel's loop has none, and a bounds check's failure is one.</summary>
    public IEnumerable<string> Calls => lines.Where(static line => line.TrimStart().StartsWith("call", StringComparison.Ordinal)).Select(static line => line.Trim());

    public override string ToString() => string.Join('\n', lines);
}
