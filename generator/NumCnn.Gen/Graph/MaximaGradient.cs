using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>
/// The gradient of a convolution's output behind a max pooling: one element a window, and where in its window that lies. All others are
/// zero, which the convolution's gradients need not multiply by.
/// </summary>
internal sealed class MaximaGradient
{
    private readonly Value _input;
    private readonly int _block;
    private View? _image;

    private MaximaGradient(ConvolutionNode convolution, MaxPoolNode pool, MaximaSums sums, int block)
    {
        _input = convolution.Inputs[0];
        _block = block;
        Convolution = convolution.Layer;
        Pooled = pool.Output;
        Sums = sums;
        int pitch = ParameterTensor.Padded(Pooled.Shape.Channels, block);
        View Create(string name) => Value.ChannelsLast(name, Pooled.Shape, pitch, default, 0, block);
        Shares = Create("d" + pool.Inputs[0].Name + " of maxima");
        InImage = Create(pool.Layer + " places in the image");
        if (_input.NeedsGradient && sums.ForInput)
        {
            InWeight = Create(pool.Layer + " places in the weight");
        }
    }

    /// <summary>The convolution's layer.</summary>
    public string Convolution { get; }

    /// <summary>The pooling's output: an element a window.</summary>
    public Value Pooled { get; }

    /// <summary>What the convolution makes of it.</summary>
    public MaximaSums Sums { get; }

    /// <summary>The gradients.</summary>
    public View Shares { get; }

    /// <summary>The convolution's input without gaps between pixels: itself, or a copy.</summary>
    public View Image => _image ??= IsCopy ? Value.ChannelsLast(_input.Name + " without gaps", _input.Shape, Sums.Pitch, Sums.Border, Sums.Behind, _block) : _input.View;

    /// <summary>The input has to be copied.</summary>
    public bool IsCopy => _input.Phases > 0 || _input.Pitch != Sums.Pitch || _input.IsNarrow;

    /// <summary>From a window's first element to its maximum: elements of the image.</summary>
    public View InImage { get; }

    /// <summary>The same in a weight that has zeros around it, backwards. Null where the input's gradient does without.</summary>
    public View? InWeight { get; }

    /// <summary>The input's gradient needs all of the output's beside.</summary>
    public bool NeedsAll => _input.NeedsGradient && !Sums.ForInput;

    /// <summary>Training needs the input's gradient; otherwise only a caller who asks for it.</summary>
    public bool InputTrains => _input.Trains;

    /// <summary>A place's number for each element of a window.</summary>
    public int OffsetOf(View places, (int Row, int Column) place) => places == InWeight ? Sums.InWeight(place) : Sums.InImage(place, Image.RowStride);

    /// <summary>The storages that the pooling writes, with names for its kernels' parameters.</summary>
    public IEnumerable<(Storage Storage, string Role)> Roles
        => InWeight is null ? [(Shares.Storage, "share"), (InImage.Storage, "inImage")] : [(Shares.Storage, "share"), (InImage.Storage, "inImage"), (InWeight.Storage, "inWeight")];

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
