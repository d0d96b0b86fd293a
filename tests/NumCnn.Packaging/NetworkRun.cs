using System.Runtime.InteropServices;

namespace NumCnn.Packaging;

/// <summary>A line of the program: a network, the kernels that it took, and every number of its training and its predictions.</summary>
internal sealed record NetworkRun(string Name, string Family, double[] Numbers)
{
    /// <summary>Runs the program, in either form.</summary>
    public static NetworkRun[] Of(string program, params string[] arguments)
        => [.. Command.Run(Path.GetTempPath(), program, arguments).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    private static NetworkRun Parse(string line)
    {
        string[] parts = line.Trim().Split(' ');
        return new(parts[0], parts[1], MemoryMarshal.Cast<byte, double>(Convert.FromBase64String(parts[2])).ToArray());
    }
}
