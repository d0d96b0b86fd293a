namespace NumCnn.Tests;

/// <summary>A linear classifier written by hand: y = W·x + b with cross-entropy, for tests of the trainer.</summary>
internal sealed class SoftmaxRegression : ITrainable<double, int>
{
    private readonly int _inputs;
    private readonly int _classes;
    private readonly ulong _seed;
    private readonly CrossEntropyLoss<double> _loss;
    private double[] _input = [];
    private double[] _output = [];
    private double[] _gradient = [];

    public SoftmaxRegression(int inputs, int classes, ulong seed = 1)
    {
        (_inputs, _classes, _seed) = (inputs, classes, seed);
        _loss = new CrossEntropyLoss<double>(classes, 1, 0, -100);
        int length = classes * inputs;
        Parameters = new ParameterSet<double>(
            [TestSets.Dense("weight", [classes, inputs], 0, initializer: new Initializer.Uniform(0.1)), TestSets.Dense("bias", [classes], length, initializer: new Initializer.Constant(0))],
            length + classes,
            length + classes);
        Info = new NetworkInfo("SoftmaxRegression", "float64", [inputs], [classes], [], length + classes, length);
        Reset();
    }

    public NetworkInfo Info { get; }

    public ParameterSet<double> Parameters { get; }

    public bool Training { get; set; }

    public int Threads { get; set; } = 1;

    /// <summary>Modes in which Forward ran.</summary>
    public HashSet<bool> Modes { get; } = [];

    /// <summary>The samples' first inputs of every Forward, in order.</summary>
    public List<double[]> Batches { get; } = [];

    public ReadOnlySpan<double> Forward(ReadOnlySpan<double> input)
    {
        Modes.Add(Training);
        _input = input.ToArray();
        Batches.Add([.. Enumerable.Range(0, input.Length / _inputs).Select(n => _input[n * _inputs])]);
        _output = new double[input.Length / _inputs * _classes];
        Predict(input, _output);
        return _output;
    }

    public void Predict(ReadOnlySpan<double> input, Span<double> output)
    {
        for (int i = 0; i < output.Length; i++)
        {
            int sample = i / _classes, c = i % _classes;
            double sum = Parameters.Values[_classes * _inputs + c];
            for (int k = 0; k < _inputs; k++)
            {
                sum += Parameters.Values[c * _inputs + k] * input[sample * _inputs + k];
            }

            output[i] = sum;
        }
    }

    public void Backward(ReadOnlySpan<double> outputGradient, bool accumulate = false)
    {
        if (!accumulate)
        {
            Parameters.ZeroGradients();
        }

        for (int i = 0; i < outputGradient.Length; i++)
        {
            int sample = i / _classes, c = i % _classes;
            Parameters.Gradients[_classes * _inputs + c] += outputGradient[i];
            for (int k = 0; k < _inputs; k++)
            {
                Parameters.Gradients[c * _inputs + k] += outputGradient[i] * _input[sample * _inputs + k];
            }
        }
    }

    public void Backward(ReadOnlySpan<double> outputGradient, Span<double> inputGradient, bool accumulate = false) => throw new NotSupportedException();

    public double Loss(ReadOnlySpan<int> targets, out ReadOnlySpan<double> outputGradient)
    {
        _gradient = new double[_output.Length];
        outputGradient = _gradient;
        return _loss.Evaluate(_output, targets, _output.Length / _classes, _gradient);
    }

    public double LossOf(ReadOnlySpan<double> outputs, ReadOnlySpan<int> targets) => _loss.Evaluate(outputs, targets, outputs.Length / _classes, []);

    public void Reserve(int samples)
    {
    }

    public void Reset() => Reset(_seed);

    public void Reset(ulong seed) => Parameters.Reset(seed);
}
