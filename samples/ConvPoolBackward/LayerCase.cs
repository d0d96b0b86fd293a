using System.Numerics;
using NumCnn;
using NumCnn.Samples.Articles;

namespace Samples.ConvPoolBackward;

/// <summary>
/// A layer with the input and the output gradient of the reference. A pooling network gives maxima and means, one
/// behind the other in the channels; setting half of the output's gradient to zero leaves the other half's input gradient.
/// </summary>
internal sealed class LayerCase<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Goldens _goldens;
    private readonly string _key;

    public LayerCase(string name, string key, INetwork<T> network, Goldens goldens)
    {
        (Name, _key, Network, _goldens) = (name, key, network, goldens);
        Input = Convert(goldens[key + "_x"]);
        Gradient = Convert(goldens[key + "_dy"]);
        if (IsConvolution)
        {
            network.Parameters["conv1.weight"].CopyFrom(Convert(goldens[key + "_w"]));
            network.Parameters["conv1.bias"].CopyFrom(Convert(goldens[key + "_b"]));
        }
    }

    public string Name { get; }

    public INetwork<T> Network { get; }

    /// <summary>[N, channels, rows, columns].</summary>
    public T[] Input { get; }

    /// <summary>The reference's dy: for a pooling, of the maxima and of the means alike.</summary>
    public T[] Gradient { get; }

    public bool IsConvolution => _key.StartsWith("conv", StringComparison.Ordinal);

    private int Samples => Input.Length / Network.Info.InputLength;

    /// <summary>Forward and backward, with the input's gradient.</summary>
    /// <param name="ofMaxima">For a pooling: the gradient enters at the maxima.</param>
    /// <param name="ofMeans">For a pooling: the gradient enters at the means.</param>
    /// <returns>The input's gradient.</returns>
    public T[] Run(bool ofMaxima = true, bool ofMeans = true)
    {
        var inputGradient = new T[Input.Length];
        Network.Forward(Input);
        Network.Backward(OutputGradient(ofMaxima, ofMeans), inputGradient);
        return inputGradient;
    }

    /// <summary>The gradient by the whole output, [N, output channels, rows, columns].</summary>
    public T[] OutputGradient(bool ofMaxima = true, bool ofMeans = true)
    {
        if (IsConvolution)
        {
            return Gradient;
        }

        var whole = new T[2 * Gradient.Length];
        int half = Gradient.Length / Samples;
        for (int n = 0; n < Samples; n++)
        {
            ReadOnlySpan<T> sample = Gradient.AsSpan(n * half, half);
            if (ofMaxima)
            {
                sample.CopyTo(whole.AsSpan(2 * n * half));
            }

            if (ofMeans)
            {
                sample.CopyTo(whole.AsSpan(((2 * n) + 1) * half));
            }
        }

        return whole;
    }

    /// <summary>Outputs and gradients against the reference's.</summary>
    public IEnumerable<Check> Compare(double tolerance)
    {
        string type = $"{Name}, {Network.Info.DType}: ";
        if (IsConvolution)
        {
            T[] inputGradient = Run();
            yield return Check.Values(type + "output", Network.Forward(Input), _goldens[_key + "_y"], tolerance);
            yield return Check.Values<T>(type + "input gradient", inputGradient, _goldens[_key + "_dx"], tolerance);
            yield return Check.Values<T>(type + "weight gradient", Network.Parameters["conv1.weight"].Gradient.ToArray(), _goldens[_key + "_dw"], tolerance);
            yield return Check.Values<T>(type + "bias gradient", Network.Parameters["conv1.bias"].Gradient.ToArray(), _goldens[_key + "_db"], tolerance);
            yield break;
        }

        T[] output = Network.Forward(Input).ToArray();
        yield return Check.Values<T>(type + "maxima", Half(output, 0), _goldens[_key + "_max_y"], tolerance);
        yield return Check.Values<T>(type + "input gradient of the maxima", Run(ofMeans: false), _goldens[_key + "_max_dx"], tolerance);
        yield return Check.Values<T>(type + "means", Half(output, 1), _goldens[_key + "_avg_y"], tolerance);
        yield return Check.Values<T>(type + "input gradient of the means", Run(ofMaxima: false), _goldens[_key + "_avg_dx"], tolerance);
    }

    // The maxima (0) or the means (1) of all samples.
    private T[] Half(T[] output, int which)
        => [.. output.Chunk(output.Length / (2 * Samples)).Where((_, index) => index % 2 == which).SelectMany(values => values)];

    private static T[] Convert(double[] values) => Array.ConvertAll(values, T.CreateTruncating);
}
