using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>How a parameter's first values are made; the run time's Initializer of the same name.</summary>
internal abstract record ParameterInit
{
    internal sealed record Uniform(double Bound) : ParameterInit;

    internal sealed record Normal(double StandardDeviation) : ParameterInit;

    internal sealed record Constant(double Value) : ParameterInit;

    internal sealed record Literal(IReadOnlyList<double> Values) : ParameterInit;
}

/// <summary>A parameter or buffer: PyTorch's name and shape, and where its elements lie in the flat storage.</summary>
internal sealed class ParameterTensor
{
    public ParameterTensor(string name, int[] shape, (int Size, int Stride)[][] layout, int length, bool trainable, bool isBuffer, ParameterInit init)
    {
        Name = name;
        Shape = shape;
        Layout = layout;
        Trainable = trainable;
        IsBuffer = isBuffer;
        Init = init;
        Storage = new Storage(name, Region.Parameters, length);
        GradientStorage = new Storage("d" + name, Region.Gradients, length);
    }

    public string Name { get; }

    public int[] Shape { get; }

    /// <summary>For each dimension the factors of its index, outermost first.</summary>
    public (int Size, int Stride)[][] Layout { get; }

    public bool Trainable { get; }

    /// <summary>Running statistics: saved, but no parameter.</summary>
    public bool IsBuffer { get; }

    public ParameterInit Init { get; }

    public Storage Storage { get; }

    public Storage GradientStorage { get; }

    public long Count => Shape.Aggregate(1L, static (product, size) => product * size);

    /// <summary>A value per channel, padded to whole blocks.</summary>
    public static ParameterTensor PerChannel(string name, int channels, int block, bool trainable, bool isBuffer, ParameterInit init)
        => new(name, [channels], [[(channels, 1)]], Padded(channels, block), trainable, isBuffer, init);

    public static int Padded(int channels, int block) => channels <= Value.Narrow ? channels : (channels + block - 1) / block * block;
}
