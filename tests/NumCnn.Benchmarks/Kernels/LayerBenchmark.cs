using BenchmarkDotNet.Attributes;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks.Kernels;

/// <summary>A network of a single layer under BenchmarkDotNet. In this process: a project that BenchmarkDotNet writes would not build under this repository's rules.</summary>
[InProcess]
[MemoryDiagnoser]
public abstract class LayerBenchmark
{
    /// <summary>The work's name.</summary>
    [ParamsSource(nameof(Layers))]
    public string Layer { get; set; } = string.Empty;

    /// <summary>Samples a call.</summary>
    [Params(1, 64)]
    public int Batch { get; set; }

    /// <summary>The works that consist of one layer.</summary>
    public static IEnumerable<string> Layers => WorkList.All.Where(static work => work.Create().Info.Layers.Count == 1).Select(static work => work.Name);

    /// <summary>The network.</summary>
    protected INetwork<float> Network { get; private set; } = null!;

    /// <summary>The input.</summary>
    protected float[] Input { get; private set; } = [];

    /// <summary>Outputs, or their gradients.</summary>
    protected float[] Output { get; private set; } = [];

    /// <summary>The input's gradient.</summary>
    protected float[] InputGradient { get; private set; } = [];

    /// <summary>Creates network and data, and runs each direction once.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Network = WorkList.All.Single(work => work.Name == Layer).Create();
        Input = new float[Batch * Network.Info.InputLength];
        InputGradient = new float[Input.Length];
        Output = new float[Batch * Network.Info.OutputLength];
        Array.Fill(Input, 0.5f);
        Array.Fill(Output, 0.25f);
        Network.Forward(Input);
        Network.Backward(Output);
    }
}

/// <summary>Evaluation.</summary>
public class ForwardBenchmarks : LayerBenchmark
{
    /// <summary>Predict.</summary>
    [Benchmark]
    public void Predict() => Network.Predict(Input, Output);
}

/// <summary>Gradients, after one forward pass.</summary>
public class BackwardBenchmarks : LayerBenchmark
{
    /// <summary>Gradients of weight and bias.</summary>
    [Benchmark]
    public void WeightGradient() => Network.Backward(Output);

    /// <summary>Gradients of weight, bias and input.</summary>
    [Benchmark]
    public void AllGradients() => Network.Backward(Output, InputGradient);
}
