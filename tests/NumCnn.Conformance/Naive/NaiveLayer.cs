namespace NumCnn.Conformance.Naive;

/// <summary>A layer as a textbook has it: plain loops, forward, and the backward pass that the chain rule gives.</summary>
internal abstract class NaiveLayer
{
    public string Name { get; init; } = "";

    public string[] Sources { get; init; } = [];

    public required NaiveOptions Options { get; init; }

    public required NaiveNetwork Network { get; init; }

    public bool Frozen => Options.Flag("frozen", defaultValue: false);

    public abstract NaiveTensor Forward(NaiveTensor[] inputs);

    /// <summary>The gradient by each input; adds the gradients by the parameters to <see cref="Gradient"/>.</summary>
    public abstract NaiveTensor[] Backward(NaiveTensor[] inputs, NaiveTensor output, NaiveTensor dy);

    protected double[] Parameter(string name) => Network.Parameters[$"{Name}.{name}"];

    protected double[]? OptionalParameter(string name, bool present) => present ? Parameter(name) : null;

    /// <summary>Where a parameter's gradient is summed, all zero at the start of a backward pass.</summary>
    protected double[] Gradient(string name)
    {
        string key = $"{Name}.{name}";
        if (!Network.Gradients.TryGetValue(key, out double[]? gradient))
        {
            gradient = new double[Network.Parameters[key].Length];
            Network.Gradients.Add(key, gradient);
        }

        return gradient;
    }
}

/// <summary>A layer of one input.</summary>
internal abstract class NaiveUnaryLayer : NaiveLayer
{
    public sealed override NaiveTensor Forward(NaiveTensor[] inputs) => Forward(inputs.Single());

    public sealed override NaiveTensor[] Backward(NaiveTensor[] inputs, NaiveTensor output, NaiveTensor dy) => [Backward(inputs.Single(), output, dy)];

    protected abstract NaiveTensor Forward(NaiveTensor x);

    protected abstract NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy);
}
