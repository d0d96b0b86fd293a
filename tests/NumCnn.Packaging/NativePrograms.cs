using System.Runtime.InteropServices;

namespace NumCnn.Packaging;

/// <summary>The program of NumCnn.Aot, published natively in two ways from one copy of the repository; each when first asked for.</summary>
public sealed class NativePrograms : IDisposable
{
    // What the page of NCG0501 tells users to add.
    private const string FmaInstructions = "avx2%2Cbmi%2Cbmi2%2Clzcnt%2Cmovbe%2Cpopcnt%2Cfma";

    private readonly Lazy<SourceCopy> _copy = new(static () => new("src", "generator", Path.Combine("tests", "NumCnn.Aot")));
    private readonly Lazy<NativeProgram> _plain;
    private readonly Lazy<NativeProgram> _fused;

    public NativePrograms()
    {
        // The package's own warning is wanted here; every other one fails the publish.
        _plain = new(() => Publish("plain", "-p:WarningsNotAsErrors=NCG0501"));
        _fused = new(() => Publish("fused", $"-p:IlcInstructionSet={FmaInstructions}"));
    }

    /// <summary>For any x64 processor, as a publish is by default.</summary>
    internal NativeProgram Plain => _plain.Value;

    /// <summary>For processors with fused multiply-add.</summary>
    internal NativeProgram Fused => _fused.Value;

    public void Dispose()
    {
        if (_copy.IsValueCreated)
        {
            _copy.Value.Dispose();
        }
    }

    private NativeProgram Publish(string name, params string[] properties)
    {
        string folder = _copy.Value.Folder, target = Path.Combine(folder, name);
        string[] linker = NativeFactAttribute.Linker is "gcc" ? ["-p:CppCompilerAndLinker=gcc"] : [];
        string output = Command.Run(
            folder,
            "dotnet",
            ["publish", Path.Combine("tests", "NumCnn.Aot"), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-p:Native=true", "-o", target, "-nodeReuse:false", .. linker, .. properties]);
        return new(Path.Combine(target, OperatingSystem.IsWindows() ? "NumCnn.Aot.exe" : "NumCnn.Aot"), output);
    }
}

/// <summary>A published program, and what its publish wrote.</summary>
internal sealed record NativeProgram(string Path, string PublishOutput);
