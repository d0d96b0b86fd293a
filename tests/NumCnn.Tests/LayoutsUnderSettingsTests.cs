using System.Diagnostics;

namespace NumCnn.Tests;

/// <summary>The tests of copies once more in processes whose vectors are narrower: what other machines would run.</summary>
public class LayoutsUnderSettingsTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Copies_are_right_without(string instructions)
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
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        // A filter that matches nothing would succeed too.
        Assert.True(process.ExitCode == 0 && output.Contains("Passed!", StringComparison.Ordinal), output + await errors);
    }
}
