using System.Diagnostics;
using NumCnn.Benchmarks.Measuring;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks.Peers.Scalar;

/// <summary>
/// Inference by plain C# loops over arrays, as a careful programmer writes them without vectors: every sum in the order of
/// memory, tests for the border out of the inner loop, weights in PyTorch's order, no allocation in a run. One thread.
/// </summary>
internal sealed class ScalarNetwork : IContender
{
    private readonly List<Action> _steps = [];
    private readonly float[] _sample;
    private readonly float[] _input;
    private readonly float[] _outputs;
    private readonly float[] _last;

    public ScalarNetwork(WorkData data)
    {
        _input = data.Input;
        _sample = new float[data.Info.InputLength];
        _outputs = new float[data.Batch * data.Info.OutputLength];
        var values = new Dictionary<string, float[]>(StringComparer.Ordinal) { ["input"] = _sample };
        foreach (var layer in data.Info.Layers)
        {
            float[] output = new float[layer.OutputShape.Aggregate(1, static (product, size) => product * size)];
            _steps.Add(ScalarLayers.Of(new LayerOptions(layer), data.Network.Parameters, [.. layer.Inputs.Select(input => values[input])], output));
            values.Add(layer.Name, output);
        }

        var read = data.Info.Layers.SelectMany(static layer => layer.Inputs).ToHashSet(StringComparer.Ordinal);
        _last = values[data.Info.Layers.Single(layer => !read.Contains(layer.Name)).Name];
    }

    public string Name => "scalar C#";

    public double Time(int runs)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
        {
            Run();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public float[] Result()
    {
        Run();
        return [.. _outputs];
    }

    public void Dispose()
    {
    }

    private void Run()
    {
        for (int start = 0, to = 0; start < _input.Length; start += _sample.Length, to += _last.Length)
        {
            Array.Copy(_input, start, _sample, 0, _sample.Length);
            foreach (var step in _steps)
            {
                step();
            }

            Array.Copy(_last, 0, _outputs, to, _last.Length);
        }
    }
}
