using System.Diagnostics;
using NumCnn.Benchmarks.Measuring;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks.Peers.OnnxRuntime;

/// <summary>Inference by ONNX Runtime.</summary>
internal sealed class OrtInference : IContender
{
    private readonly OrtSession _session;

    public OrtInference(OrtLibrary library, WorkData data, int threads)
    {
        _session = new OrtSession(library, data.OnnxFile, data.Batch, threads, data.Info);
        data.Input.CopyTo(_session.Input);
        Name = "ONNX Runtime " + library.Version;
    }

    public string Name { get; }

    public double Time(int runs)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
        {
            _session.Run();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public float[] Result()
    {
        _session.Run();
        return [.. _session.Output];
    }

    public void Dispose() => _session.Dispose();
}
