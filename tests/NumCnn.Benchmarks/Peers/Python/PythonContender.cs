using System.Runtime.InteropServices;
using NumCnn.Benchmarks.Measuring;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks.Peers.Python;

/// <summary>Inference or training by a Python library, in the best of the variants that its script offers.</summary>
internal sealed class PythonContender : IContender
{
    private readonly PythonProcess _process;
    private readonly WorkData _data;
    private readonly string _library;
    private string _variant;

    public PythonContender(PythonProcess process, string library, WorkData data, string mode, int threads)
    {
        _process = process;
        _data = data;
        _library = library;
        var answer = process.Ask(new
        {
            command = "load",
            description = data.DescriptionFile,
            weights = data.WeightFile,
            input = data.InputFile,
            targets = data.TargetFile,
            batch = data.Batch,
            threads,
            mode,
            loss = data.LossName,
            rate = data.LearningRate,
        });
        Variants = [.. answer["variants"]!.AsArray().Select(static variant => (string)variant!)];
        KnowsFloat64 = (bool)answer["float64"]!;
        _variant = Variants[0];
    }

    /// <summary>The ways in which the library can run the network.</summary>
    public IReadOnlyList<string> Variants { get; }

    /// <summary>Whether <see cref="Float64Result"/> can be had.</summary>
    public bool KnowsFloat64 { get; }

    public string Name => $"{_library} {_process.Version} {_variant}";

    /// <summary>Selects a variant for what follows.</summary>
    public void Select(string variant) => _variant = variant;

    /// <summary>Selects the fastest variant, each warmed up alike.</summary>
    public void SelectFastest()
    {
        if (Variants.Count > 1)
        {
            _variant = Variants.MinBy(Seconds)!;
        }
    }

    public double Time(int runs) => (double)_process.Ask(new { command = "time", variant = _variant, runs })["seconds"]!;

    public float[] Result() => Result(_variant);

    /// <summary>The same as <see cref="Result()"/>, computed in float64 and rounded at the end.</summary>
    public float[] Float64Result() => Result("float64");

    public void Dispose()
    {
    }

    private float[] Result(string variant)
    {
        _process.Ask(new { command = "result", variant, path = _data.ScratchFile });
        return [.. MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(_data.ScratchFile))];
    }

    private double Seconds(string variant)
    {
        _variant = variant;

        // TorchScript specialises in its first runs.
        double warm = Time(3) / 3;
        int runs = Math.Clamp((int)(0.05 / warm), 1, 1000);
        return Enumerable.Range(0, 3).Min(_ => Time(runs)) / runs;
    }
}
