using System.Diagnostics;
using System.Text.RegularExpressions;

namespace NumCnn.Tests;

/// <summary>The tests of copies once more in processes whose vectors are narrower: what other machines would run.</summary>
public partial class LayoutsUnderSettingsTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public void Copies_are_right_without(string instructions)
    {
        string host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var start = new ProcessStartInfo(host, ["test", typeof(LayoutsTests).Assembly.Location, "--filter", $"FullyQualifiedName~{nameof(LayoutsTests)}."])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[instructions] = "0";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 && int.Parse(Passed().Match(output).Groups[1].ValueSpan) >= 9, output + errors.Result);
    }

    [GeneratedRegex(@"Passed:\s+(\d+)")]
    private static partial Regex Passed();
}
