using System.Diagnostics;
using System.Globalization;

namespace NumCnn.Benchmarks.Measuring;

/// <summary>The most memory that this process has had.</summary>
internal static class PeakMemory
{
    /// <summary>Linux tells a process's peak itself; elsewhere .NET asks the system.</summary>
    public static long Kib()
    {
        const string Key = "VmHWM:";
        if (OperatingSystem.IsLinux())
        {
            string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith(Key, StringComparison.Ordinal));
            return long.Parse(line[Key.Length..].Replace("kB", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }

        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1024;
    }
}
