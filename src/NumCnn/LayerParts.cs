using System.Numerics;
using System.Runtime.CompilerServices;

namespace NumCnn;

/// <summary>A part of a compiled network that the user can look at: a layer with parameters, or one whose output is kept.</summary>
/// <typeparam name="T">The element type.</typeparam>
public abstract class LayerPart<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly KeptValue<T>? _output;
    private readonly KeptValue<T>? _outputGradient;

    private protected LayerPart(string name, KeptValue<T>? output, KeptValue<T>? outputGradient)
    {
        Name = name;
        _output = output;
        _outputGradient = outputGradient;
    }

    /// <summary>The layer's name in the YAML.</summary>
    public string Name { get; }

    /// <summary>The layer's output of the last Forward.</summary>
    /// <exception cref="InvalidOperationException">The YAML does not keep it: <c>keep: true</c>.</exception>
    public KeptValue<T> Output => _output ?? throw new InvalidOperationException($"The output of {Name} is not kept; the YAML needs 'keep: true' on the layer.");

    /// <summary>The gradient by the layer's output, of the last Backward.</summary>
    /// <exception cref="InvalidOperationException">The YAML does not keep it: <c>keep: true</c>.</exception>
    public KeptValue<T> OutputGradient
        => _outputGradient ?? throw new InvalidOperationException($"The output of {Name} is not kept; the YAML needs 'keep: true' on the layer.");
}

/// <summary>A layer without parameters whose output is kept.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class KeptLayer<T> : LayerPart<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Made by generated code.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="output">Its output.</param>
    /// <param name="outputGradient">The gradient by its output.</param>
    public KeptLayer(string name, KeptValue<T>? output, KeptValue<T>? outputGradient)
        : base(name, output, outputGradient)
    {
    }
}

/// <summary>A layer with a weight and perhaps a bias.</summary>
/// <typeparam name="T">The element type.</typeparam>
public abstract class WeightedLayer<T> : LayerPart<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ParameterSet<T> _parameters;

    /// <summary>Made by generated code.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="output">The layer's output, if kept.</param>
    /// <param name="outputGradient">The gradient by it, if kept.</param>
    private protected WeightedLayer(string name, ParameterSet<T> parameters, KeptValue<T>? output, KeptValue<T>? outputGradient)
        : base(name, output, outputGradient) => _parameters = parameters;

    /// <summary>The weight, in PyTorch's shape.</summary>
    /// <exception cref="KeyNotFoundException">The layer has none.</exception>
    public Parameter<T> Weight => Parameter("weight");

    /// <summary>The bias.</summary>
    /// <exception cref="KeyNotFoundException">The layer has none.</exception>
    public Parameter<T> Bias => Parameter("bias");

    private protected Parameter<T> Parameter(string name) => _parameters[$"{Name}.{name}"];
}

/// <summary>A convolution or a transposed convolution.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class ConvLayer<T> : WeightedLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public ConvLayer(string name, ParameterSet<T> parameters, KeptValue<T>? output, KeptValue<T>? outputGradient)
        : base(name, parameters, output, outputGradient)
    {
    }
}

/// <summary>A linear layer.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class LinearLayer<T> : WeightedLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public LinearLayer(string name, ParameterSet<T> parameters, KeptValue<T>? output, KeptValue<T>? outputGradient)
        : base(name, parameters, output, outputGradient)
    {
    }
}

/// <summary>A layer, group or instance norm: scale and shift.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class NormLayer<T> : WeightedLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public NormLayer(string name, ParameterSet<T> parameters, KeptValue<T>? output, KeptValue<T>? outputGradient)
        : base(name, parameters, output, outputGradient)
    {
    }
}

/// <summary>A leaky ReLU with a learned slope, its weight.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class PreluLayer<T> : WeightedLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public PreluLayer(string name, ParameterSet<T> parameters, KeptValue<T>? output, KeptValue<T>? outputGradient)
        : base(name, parameters, output, outputGradient)
    {
    }
}

/// <summary>A batch norm: scale, shift and running statistics.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class BatchNormLayer<T> : WeightedLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public BatchNormLayer(string name, ParameterSet<T> parameters, KeptValue<T>? output, KeptValue<T>? outputGradient)
        : base(name, parameters, output, outputGradient)
    {
    }

    /// <summary>The running mean of each channel.</summary>
    public Parameter<T> RunningMean => Parameter("running_mean");

    /// <summary>The running variance of each channel.</summary>
    public Parameter<T> RunningVar => Parameter("running_var");
}

/// <summary>A kept output, or its gradient, in the order [sample, channel, row, column] whatever the layout in memory.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class KeptValue<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IKeptMemory<T> _memory;
    private readonly int[] _shape;
    private readonly int _offset;
    private readonly int _channelStride;
    private readonly int _rowStride;
    private readonly int _columnStride;

    /// <summary>Made by generated code.</summary>
    /// <param name="memory">The network.</param>
    /// <param name="shape">A sample's shape.</param>
    /// <param name="offset">The first element, in a sample's workspace.</param>
    /// <param name="channelStride">Elements between channels, or features.</param>
    /// <param name="rowStride">Elements between rows.</param>
    /// <param name="columnStride">Elements between columns.</param>
    public KeptValue(IKeptMemory<T> memory, int[] shape, int offset, int channelStride, int rowStride, int columnStride)
    {
        _memory = memory;
        _shape = shape;
        _offset = offset;
        _channelStride = channelStride;
        _rowStride = rowStride;
        _columnStride = columnStride;
    }

    /// <summary>A sample's shape, [channels, rows, columns] or [features].</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>Samples of the last Forward.</summary>
    public int Samples => _memory.KeptSamples;

    /// <summary>Elements of one sample.</summary>
    public int Length => Channels * Rows * Columns;

    private int Channels => _shape[0];

    private int Rows => _shape.Length == 1 ? 1 : _shape[1];

    private int Columns => _shape.Length == 1 ? 1 : _shape[2];

    /// <summary>One element.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="channel">The channel, or feature.</param>
    /// <param name="row">The row.</param>
    /// <param name="column">The column.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the shape, or there was no Forward.</exception>
    public T this[int sample, int channel, int row = 0, int column = 0]
    {
        get
        {
            Check(sample, Samples, nameof(sample));
            Check(channel, Channels, nameof(channel));
            Check(row, Rows, nameof(row));
            Check(column, Columns, nameof(column));
            return Unsafe.Add(ref _memory.KeptSample(sample), _offset + (channel * _channelStride) + (row * _rowStride) + (column * _columnStride));
        }
    }

    /// <summary>Copies one sample out.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="destination">Receives <see cref="Length"/> elements in the order channel, row, column.</param>
    /// <exception cref="ArgumentException">The length differs.</exception>
    public void CopyTo(int sample, Span<T> destination)
    {
        if (destination.Length != Length)
        {
            throw new ArgumentException($"A sample has {Length} elements, but the span has {destination.Length}.", nameof(destination));
        }

        int next = 0;
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int row = 0; row < Rows; row++)
            {
                for (int column = 0; column < Columns; column++)
                {
                    destination[next++] = this[sample, channel, row, column];
                }
            }
        }
    }

    private static void Check(int index, int size, string name)
    {
        if ((uint)index >= (uint)size)
        {
            throw new ArgumentOutOfRangeException(name, index, $"The {name} is outside 0 to {size - 1}.");
        }
    }
}

/// <summary>A network whose workspaces kept values lie in.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IKeptMemory<T>
    where T : unmanaged
{
    /// <summary>Samples of the last Forward.</summary>
    int KeptSamples { get; }

    /// <summary>The workspace of one of them.</summary>
    /// <param name="sample">The sample.</param>
    /// <returns>The first element.</returns>
    ref T KeptSample(int sample);
}
