using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>
/// The gradient of a convolution's output behind a max pooling: one element a window, and where in its window that lies. All others are
/// zero, which the convolution's gradients need not multiply by.
/// </summary>
internal sealed class MaximaGradient
{
    private readonly List<(View View, Func<(int Row, int Column), int> Offset)> _places = [];
    private readonly Value _input;
    private View? _image;

    private MaximaGradient(ConvolutionNode convolution, MaxPoolNode pool, MaximaSums sums, int block)
    {
        _input = convolution.Inputs[0];
        Pooled = pool.Output;
        Sums = sums;
        int pitch = ParameterTensor.Padded(Pooled.Shape.Channels, block);
        View Create(string name) => Value.ChannelsLast(name, Pooled.Shape, pitch, default, 0);
        Shares = Create("d" + pool.Inputs[0].Name + " of maxima");
        InImage = Create(pool.Layer + " places in the image");
        _places.Add((InImage, place => sums.InImage(place, Image.RowStride)));
        if (_input.NeedsGradient)
        {
            InWeight = Create(pool.Layer + " places in the weight");
            _places.Add((InWeight, sums.InWeight));
        }
    }

    /// <summary>The pooling's output: an element a window.</summary>
    public Value Pooled { get; }

    /// <summary>What the convolution makes of it.</summary>
    public MaximaSums Sums { get; }

    /// <summary>The gradients.</summary>
    public View Shares { get; }

    /// <summary>The convolution's input without gaps between pixels: itself, or a copy.</summary>
    public View Image => _image ??= IsCopy ? Value.ChannelsLast(_input.Name + " without gaps", _input.Shape, Sums.Pitch, Sums.Border, Sums.Behind) : _input.View;

    /// <summary>The input has to be copied.</summary>
    public bool IsCopy => _input.Phases > 0 || _input.Pitch != Sums.Pitch || _input.IsNarrow;

    /// <summary>From a window's first element to its maximum: elements of the image.</summary>
    public View InImage { get; }

    /// <summary>The same in a weight that has zeros around it, backwards. Null where the input is owed no gradient.</summary>
    public View? InWeight { get; }

    /// <summary>Where the pooling stores places, and which number each element of a window has there.</summary>
    public IReadOnlyList<(View View, Func<(int Row, int Column), int> Offset)> Places => _places;

    /// <summary>The storages that the pooling writes, with names for its kernel's parameters.</summary>
    public IEnumerable<(Storage Storage, string Role)> Roles
    {
        get
        {
            yield return (Shares.Storage, "share");
            yield return (InImage.Storage, "inImage");
            if (InWeight is not null)
            {
                yield return (InWeight.Storage, "inWeight");
            }
        }
    }

    /// <summary>Finds the convolutions whose only reader is a max pooling, and that compute less so.</summary>
    public static void Choose(IReadOnlyList<Node> nodes, int block)
    {
        foreach (var convolution in nodes.OfType<ConvolutionNode>())
        {
            var value = NetworkGraph.Stored(convolution.Output);
            if (value is { IsOutput: false, Keep: false, Phases: 0, IsNarrow: false, Consumers.Count: 1 }
                && value.Consumers[0] is MaxPoolNode { CanPlace: true, Output.Phases: 0 } pool
                && !convolution.Output.Keep
                && convolution.SumsOfMaxima(pool) is { } sums)
            {
                convolution.Maxima = pool.Maxima = new MaximaGradient(convolution, pool, sums, block);
            }
        }
    }
}
