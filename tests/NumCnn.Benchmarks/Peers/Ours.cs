using System.Diagnostics;
using NumCnn.Benchmarks.Measuring;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks.Peers;

/// <summary>Inference by the compiled network.</summary>
internal sealed class OurInference : IContender
{
    private readonly INetwork<float> _network;
    private readonly float[] _input;
    private readonly float[] _output;

    public OurInference(WorkData data, int threads)
    {
        _network = data.NewNetwork();
        _network.Threads = threads;
        _network.Training = false;
        _input = data.Input;
        _output = new float[data.Batch * data.Info.OutputLength];
    }

    public string Name => "NumCnn";

    public double Time(int runs)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
        {
            _network.Predict(_input, _output);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public float[] Result()
    {
        _network.Predict(_input, _output);
        return [.. _output];
    }

    public void Dispose()
    {
    }
}

/// <summary>A training step by the compiled network: forward, loss, backward, SGD.</summary>
internal sealed class OurTraining : IContender
{
    private readonly INetwork<float> _network;
    private readonly WorkData _data;
    private readonly Sgd _optimizer;

    public OurTraining(WorkData data, int threads)
    {
        _data = data;
        _network = data.NewNetwork();
        _network.Threads = threads;
        _network.Training = true;
        _network.Reserve(data.Batch);
        _optimizer = new Sgd(data.LearningRate);
    }

    public string Name => "NumCnn";

    /// <summary>The parts of <see cref="Result"/>.</summary>
    public static IReadOnlyList<(string Name, int Length)> Parts(INetwork<float> network) =>
    [
        ("loss", 1),
        .. network.Parameters.Where(static parameter => parameter.Trainable).Select(static parameter => ("gradient of " + parameter.Name, parameter.Length)),
        .. network.Parameters.Select(static parameter => (parameter.Name, parameter.Length)),
    ];

    public double Time(int runs)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
        {
            Step();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public float[] Result()
    {
        float loss = Step();
        return
        [
            loss,
            .. _network.Parameters.Where(static parameter => parameter.Trainable).SelectMany(static parameter => parameter.Gradient.ToArray()),
            .. _network.Parameters.SelectMany(static parameter => parameter.ToArray()),
        ];
    }

    public void Dispose()
    {
    }

    private float Step()
    {
        _network.Forward(_data.Input);
        float loss = _network is ITrainable<float, int> classes
            ? classes.Loss(_data.TargetClasses, out var gradient)
            : ((ITrainable<float, float>)_network).Loss(_data.TargetValues, out gradient);
        _network.Backward(gradient);
        _optimizer.Step(_network);
        return loss;
    }
}
