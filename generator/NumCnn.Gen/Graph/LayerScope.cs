using Microsoft.CodeAnalysis;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Graph;

/// <summary>What a layer sees while it adds its nodes to the graph.</summary>
internal sealed class LayerScope
{
    private const long SizeLimit = 1L << 28;

    private readonly ProblemSink _problems;
    private readonly int _index;

    public LayerScope(NetworkGraph graph, LayerSpec spec, int index, Value[] inputs, ProblemSink problems)
    {
        Graph = graph;
        Spec = spec;
        Inputs = inputs;
        _index = index;
        _problems = problems;
    }

    public NetworkGraph Graph { get; }

    public LayerSpec Spec { get; }

    public LayerOptions Options => Spec.Options;

    public IReadOnlyList<Value> Inputs { get; }

    public Value Input => Inputs[0];

    public string Name => Spec.Name;

    public int Block => Graph.Block;

    public bool Trainable => !Spec.Frozen && Graph.Spec.Backward;

    /// <summary>Adds a node and returns its output.</summary>
    public Value Add(Node node)
    {
        Graph.Nodes.Add(node);
        return node.Output;
    }

    /// <summary>Says what is wrong; the layer then has no output.</summary>
    public Value? Fail(DiagnosticDescriptor rule, string? option, params string[] args)
    {
        _problems.Add(rule, _index, option, args);
        return null;
    }

    /// <summary>True for an image; otherwise says that the layer needs one.</summary>
    public bool NeedsImage()
    {
        if (!Input.Shape.IsFeatures)
        {
            return true;
        }

        Fail(Rules.NeedsImage, null, Name, Spec.Kind, Input.Shape.ToString());
        return false;
    }

    public bool NeedsFeatures()
    {
        if (Input.Shape.IsFeatures)
        {
            return true;
        }

        Fail(Rules.NeedsFeatures, null, Name, Spec.Kind, Input.Shape.ToString());
        return false;
    }

    /// <summary>A shape that is small enough for addresses of 32 bits; null if not, which is then said.</summary>
    public Shape? Checked(string what, long channels, long rows, long columns, bool isFeatures = false)
    {
        if (channels <= SizeLimit && rows <= SizeLimit && columns <= SizeLimit && channels * rows <= SizeLimit && channels * rows * columns <= SizeLimit)
        {
            return new Shape((int)channels, (int)rows, (int)columns, isFeatures);
        }

        Fail(Rules.TensorTooLarge, null, Name, what, FormattableString.Invariant($"{(double)channels * rows * columns:0}"), FormattableString.Invariant($"{SizeLimit}"));
        return null;
    }

    /// <summary>A parameter's first values: the literal in the file, or the given default.</summary>
    /// <returns>Null where a literal has the wrong shape, which is then said.</returns>
    public ParameterInit? Initial(LiteralSpec? literal, string key, int[] shape, ParameterInit fallback)
    {
        if (literal is null)
        {
            return fallback;
        }

        if (literal.Shape.SequenceEqual(shape))
        {
            return new ParameterInit.Literal([.. literal.Values]);
        }

        Fail(Rules.LiteralShape, key, Name, key, $"[{string.Join(", ", literal.Shape)}]", $"[{string.Join(", ", shape)}]");
        return null;
    }

    /// <summary>The weight's initialiser: as the file says, or PyTorch's uniform one.</summary>
    public ParameterInit WeightInit(double fanIn, double fanOut)
    {
        if (Spec.Init is not { } init)
        {
            return new ParameterInit.Uniform(1 / Math.Sqrt(fanIn));
        }

        var options = init.Options;
        double Fan() => options.Text("mode") == "fan_in" ? fanIn : fanOut;
        double Gain() => 1 + (options.Number("a") * options.Number("a"));
        return init.Kind switch
        {
            "kaiming_uniform" => new ParameterInit.Uniform(Math.Sqrt(6 / (Gain() * Fan()))),
            "kaiming_normal" => new ParameterInit.Normal(Math.Sqrt(2 / (Gain() * Fan()))),
            "xavier_uniform" => new ParameterInit.Uniform(options.Number("gain") * Math.Sqrt(6 / (fanIn + fanOut))),
            "xavier_normal" => new ParameterInit.Normal(options.Number("gain") * Math.Sqrt(2 / (fanIn + fanOut))),
            "normal" => new ParameterInit.Normal(options.Number("std")),
            "uniform" => new ParameterInit.Uniform(options.Number("bound")),
            "zeros" => new ParameterInit.Constant(0),
            "ones" => new ParameterInit.Constant(1),
            _ => throw new InvalidOperationException($"Initialiser '{init.Kind}' is unknown."),
        };
    }

    /// <summary>Registers a parameter with the network.</summary>
    public ParameterTensor Register(ParameterTensor parameter)
    {
        Graph.Parameters.Add(parameter);
        return parameter;
    }

    /// <summary>A scale and a shift, one value a channel.</summary>
    /// <returns>False if a literal has the wrong shape.</returns>
    public bool TryAffine(int channels, out ParameterTensor? weight, out ParameterTensor? bias)
    {
        weight = bias = null;
        if (!Options.Flag("affine"))
        {
            return true;
        }

        int[] shape = [channels];
        var weightInit = Initial(Spec.Weight, "weight", shape, new ParameterInit.Constant(1));
        var biasInit = Initial(Spec.Bias, "bias", shape, new ParameterInit.Constant(0));
        if (weightInit is null || biasInit is null)
        {
            return false;
        }

        weight = Register(ParameterTensor.PerChannel(Name + ".weight", channels, Block, Trainable, isBuffer: false, weightInit));
        bias = Register(ParameterTensor.PerChannel(Name + ".bias", channels, Block, Trainable, isBuffer: false, biasInit));
        return true;
    }
}
