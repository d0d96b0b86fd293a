using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace NumCnn.Packaging;

/// <summary>A test that links native code: skipped, with the reason, on a machine that has nothing to link with.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NativeFactAttribute : FactAttribute
{
    public NativeFactAttribute()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Skip = "The instruction sets that the test is about are those of x64.";
        }
        else if (OperatingSystem.IsLinux() && Linker is null)
        {
            // Windows and macOS find their linkers by themselves, and say so where they do not.
            Skip = "A native publish links with clang or gcc, and neither is on this machine.";
        }
    }

    /// <summary>The test runs code for processors with fused multiply-add.</summary>
    public bool NeedsFma
    {
        get => false;
        set => Skip ??= value && !(Fma.IsSupported && Avx2.IsSupported) ? "This processor has no fused multiply-add." : null;
    }

    /// <summary>clang, as the SDK expects, or gcc.</summary>
    internal static string? Linker { get; } = new[] { "clang", "gcc" }.FirstOrDefault(static program => Command.Find(program) is not null);
}
