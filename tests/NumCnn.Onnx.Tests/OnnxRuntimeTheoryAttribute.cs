using NumCnn.Benchmarks.Peers.OnnxRuntime;
using Xunit;

namespace NumCnn.Onnx.Tests;

/// <summary>A theory that needs ONNX Runtime; where it is not installed, the test says so and is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnnxRuntimeTheoryAttribute : TheoryAttribute
{
    private static string? s_reason;

    public OnnxRuntimeTheoryAttribute()
    {
        if (Library is null)
        {
            Skip = $"ONNX Runtime is not installed ({s_reason}); tests/NumCnn.Benchmarks/README.md says how.";
        }
    }

    internal static OrtLibrary? Library { get; } = OrtLibrary.TryLoad(Folder, out s_reason);

    /// <summary>NUMCNN_ORT, otherwise artifacts/onnxruntime in the repository.</summary>
    private static string Folder => Environment.GetEnvironmentVariable("NUMCNN_ORT") ?? Path.Combine(Repository.Root, "artifacts", "onnxruntime");
}
