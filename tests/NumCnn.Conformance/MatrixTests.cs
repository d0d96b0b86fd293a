using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>
/// The same training runs under settings of the runtime that select other kernels. Each run has to say that it took the
/// kernels meant, and print the same bits.
/// </summary>
public class MatrixTests
{
    private static readonly Lazy<Run[]> Default = new(static () => RunWith());

    [Fact]
    public void The_default_takes_the_widest_kernels_of_the_machine()
    {
        string expected = Vector512.IsHardwareAccelerated ? "Vector512" : Vector256.IsHardwareAccelerated ? "Vector256" : "Vector128";
        Assert.All(Default.Value, run => Assert.Equal(expected, run.Family));
        Assert.True(Default.Value.Length >= 20, "All networks ran.");
    }

    [Fact]
    public void Kernels_of_256_bits_print_the_same_bits()
        => SameBits(Vector256.IsHardwareAccelerated ? "Vector256" : "Vector128", RunWith(("DOTNET_EnableAVX512", "0")));

    [Fact]
    public void Kernels_of_128_bits_print_the_same_bits()
        => SameBits("Vector128", RunWith(("DOTNET_EnableAVX512", "0"), ("DOTNET_MaxVectorTBitWidth", "128")));

    [Fact]
    public void Twins_for_vectors_of_512_bits_do_not_depend_on_the_width_of_Vector()
    {
        // Vector<T> of 128 bits alone leaves Vector512 on: both kinds of kernels meet in one program
        Run[] runs = RunWith(("DOTNET_MaxVectorTBitWidth", "128"));
        SameBits(Vector512.IsHardwareAccelerated ? "Vector512" : "Vector128", runs);
    }

    [Fact]
    public void Without_hardware_intrinsics_results_stay_within_tolerance()
    {
        // no fused multiply-add: each product is rounded once more, and three steps of training pass that on
        Run[] runs = RunWith(("DOTNET_EnableHWIntrinsic", "0"));
        Assert.Equal(Default.Value.Select(static run => run.Network), runs.Select(static run => run.Network));
        foreach ((Run expected, Run actual) in Default.Value.Zip(runs))
        {
            Assert.Equal("Vector128", actual.Family);
            double tolerance = expected.Network is "Tiny" or "Mixed" ? 1e-13 : 1e-5;
            Compare.Close(expected.Network, expected.Numbers, actual.Numbers, tolerance);
        }
    }

    private static void SameBits(string family, Run[] runs)
    {
        Assert.Equal(Default.Value.Select(static run => run.Network), runs.Select(static run => run.Network));
        foreach ((Run expected, Run actual) in Default.Value.Zip(runs))
        {
            Assert.Equal($"{expected.Network} {family}", $"{actual.Network} {actual.Family}");
            Compare.SameBits<double>($"{expected.Network}: {expected.Family} against {actual.Family}", expected.Numbers, actual.Numbers);
            Assert.Equal(expected.Hashes, actual.Hashes);
        }
    }

    private static Run[] RunWith(params ReadOnlySpan<(string Name, string Value)> settings)
    {
        string host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var start = new ProcessStartInfo(host, [Path.Combine(AppContext.BaseDirectory, "NumCnn.Matrix.dll")]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };

        // only what this run is about: the tests' own environment may carry such settings
        foreach (string name in start.Environment.Keys.Where(static key => key.StartsWith("DOTNET_Enable", StringComparison.OrdinalIgnoreCase) || key.Contains("VectorTBitWidth", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach ((string name, string value) in settings)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"Exit code {process.ExitCode}: {errors.Result}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => new Run(line.TrimEnd('\r').Split(' ')))];
    }

    private sealed class Run(string[] words)
    {
        public string Network { get; } = words[0];

        public string Family { get; } = words[1];

        public string[] Hashes { get; } = words[2..5];

        public double[] Numbers { get; } = MemoryMarshal.Cast<byte, double>(Convert.FromBase64String(words[5])).ToArray();
    }
}
