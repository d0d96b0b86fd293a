namespace NumCnn.Benchmarks.Report;

/// <summary>The processor, for the table's head.</summary>
internal static class MachineName
{
    public static string Processor()
    {
        const string Key = "model name";
        string? line = OperatingSystem.IsLinux() ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith(Key, StringComparison.Ordinal)) : null;
        string name = line is null ? "unknown processor" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        return $"{name}, {Environment.ProcessorCount} processors";
    }
}
