using System.Numerics;

namespace NumCnn;

/// <summary>A compiled network without a backward pass (<c>codegen: {backward: false}</c>). Generated classes derive from it.</summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract class CompiledInference<T> : CompiledPredictor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private AlignedBuffer<T> _output = new(0);

    /// <summary>Creates the parameters and initialises them.</summary>
    /// <param name="layout">Sizes and stages.</param>
    /// <param name="seed">Selects the first values.</param>
    /// <param name="path">The file with the first values, or null if the seed gives them.</param>
    protected CompiledInference(NetworkLayout layout, ulong seed, string? path = null)
        : base(layout, seed, path)
    {
    }

    /// <summary>Evaluates samples into memory of the network's own, one caller at a time; otherwise the same as Predict.</summary>
    /// <param name="input">N samples, [N, input shape].</param>
    /// <returns>[N, output shape]; valid until the next call.</returns>
    public ReadOnlySpan<T> Forward(ReadOnlySpan<T> input)
    {
        int length = checked(CountSamples(input.Length, nameof(input)) * Layout.OutputLength);
        if (_output.Length < length)
        {
            _output = new AlignedBuffer<T>(length);
        }

        var output = _output.Span[..length];
        Predict(input, output);
        return output;
    }
}
