using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Layers;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Graph;

/// <summary>What the network's table says of a layer.</summary>
internal sealed record LayerSummary(LayerSpec Spec, IReadOnlyList<string> Inputs, string Name, string Kind, string Description, Shape Input, Shape Output, long ParameterCount, long MultiplyAdds, string? FusedInto, IReadOnlyList<ParameterTensor> Parameters, Value? Kept);

/// <summary>The network with every shape known: values, nodes in order, parameters.</summary>
internal sealed class NetworkGraph
{
    private const long ParameterLimit = 1L << 28;

    private readonly List<(LayerSpec Spec, Value Input, Value Output, int FirstNode, int NodeCount, int FirstParameter, int ParameterCount)> _layers = [];

    private NetworkGraph(NetworkSpec spec)
    {
        Spec = spec;
        Block = spec.DType == DType.Float32 ? 16 : 8;
        Activations = new Activations(spec.DType);
    }

    public NetworkSpec Spec { get; }

    /// <summary>Elements of a 64-byte block.</summary>
    public int Block { get; }

    public Activations Activations { get; }

    public List<Node> Nodes { get; } = [];

    public List<ParameterTensor> Parameters { get; } = [];

    public Value Input { get; private set; } = null!;

    public Value Output { get; private set; } = null!;

    /// <summary>Batch norms that count their batches, so far.</summary>
    public int BatchCounters { get; set; }

    /// <summary>Dropout layers so far: each has a stream of its own.</summary>
    public int Dropouts { get; set; }

    public IReadOnlyList<LayerSummary> Layers { get; private set; } = [];

    /// <summary>Builds the graph; null if the file has errors, which are then in <paramref name="problems"/>.</summary>
    public static NetworkGraph? Build(NetworkSpec spec, ProblemSink problems)
    {
        var graph = new NetworkGraph(spec);
        if (!graph.AddLayers(problems) || problems.HasErrors)
        {
            return null;
        }

        return graph.Finish(problems) ? graph : null;
    }

    private bool AddLayers(ProblemSink problems)
    {
        long size = Spec.Input.Aggregate(1L, static (product, length) => product > ParameterLimit ? product : product * length);
        if (size > ParameterLimit)
        {
            problems.Add(Rules.TensorTooLarge, ProblemSink.Network, "input", Spec.Name, "the input", FormattableString.Invariant($"{size}"), FormattableString.Invariant($"{ParameterLimit}"));
            return false;
        }

        Input = new Value("input", Shape.From(Spec.Input)) { IsInput = true };
        var outputs = new Value?[Spec.Layers.Length];
        long elements = 0;
        for (int k = 0; k < Spec.Layers.Length; k++)
        {
            var layer = Spec.Layers[k];
            var inputs = layer.Inputs.Select(index => index == LayerSpec.NetworkInput ? Input : outputs[index]).ToArray();
            if (inputs.Any(static input => input is null))
            {
                continue;
            }

            var scope = new LayerScope(this, layer, k, inputs!, problems);
            int firstNode = Nodes.Count;
            int firstParameter = Parameters.Count;
            if (Catalogue.Get(layer.Kind).Build(scope) is not { } output)
            {
                continue;
            }

            outputs[k] = output;
            output.Keep |= layer.Keep || Spec.KeepAll;
            _layers.Add((layer, inputs[0]!, output, firstNode, Nodes.Count - firstNode, firstParameter, Parameters.Count - firstParameter));
            elements += (long)output.Shape.Pixels * (output.Shape.Channels + Block);
            long parameters = Parameters.Sum(static parameter => (long)parameter.Storage.Length);
            if (parameters > ParameterLimit)
            {
                problems.Add(Rules.TooManyParameters, k, null, layer.Name, FormattableString.Invariant($"{Parameters.Sum(static parameter => parameter.Count)}"), FormattableString.Invariant($"{ParameterLimit}"));
                return false;
            }

            if (elements > 2 * ParameterLimit)
            {
                problems.Add(
                    Rules.TensorTooLarge,
                    k,
                    null,
                    layer.Name,
                    "with all layers before it a sample",
                    FormattableString.Invariant($"{elements}"),
                    FormattableString.Invariant($"{2 * ParameterLimit}"));
                return false;
            }
        }

        if (outputs[outputs.Length - 1] is not { } last)
        {
            return false;
        }

        Output = last;
        Output.IsOutput = true;
        return true;
    }

    /// <summary>What follows from the whole: dead nodes, fusion, gradients, borders, memory layouts, the table.</summary>
    private bool Finish(ProblemSink problems)
    {
        for (int k = Nodes.Count - 1; k >= 0; k--)
        {
            var node = Nodes[k];
            if (node.Output.Consumers.All(static consumer => consumer.IsDead) && !node.Output.IsOutput && !node.Output.Keep)
            {
                node.IsDead = true;
            }
        }

        foreach (var node in Nodes)
        {
            foreach (var input in node.Inputs)
            {
                input.Consumers.RemoveAll(static consumer => consumer.IsDead);
            }
        }

        var dead = Nodes.Where(static node => node.IsDead).ToList();
        var live = Nodes.Where(static node => !node.IsDead).ToList();
        Fuse(live);
        FuseForPredict(live);
        Cropping.Apply(live);
        foreach (var node in live)
        {
            node.Fit();
        }

        Input.NeedsGradient = Spec.Backward;
        foreach (var node in live)
        {
            bool trains = node.Parameters.Any(static parameter => parameter.Trainable);
            node.Output.NeedsGradient = Spec.Backward;
            node.Output.Trains = trains || node.Inputs.Any(static input => input.Trains);
        }

        LayoutChoice.Choose(this, live);
        FusePooling(live);
        if (Spec.Backward)
        {
            MaximaGradient.Choose(live, Block);
        }

        foreach (var node in live)
        {
            node.RequireBorders(Spec.Backward);
        }

        if (!FitsMemory(live, problems))
        {
            return false;
        }

        Input.Allocate(Block, Spec.Backward);
        foreach (var node in live)
        {
            node.Output.Allocate(Block, Spec.Backward);
        }

        Layers = [.. _layers.Select(Summarise)];
        Nodes.RemoveAll(dead.Contains);
        return true;
    }

    /// <summary>Whether the values with their borders fit addresses of 32 bits; borders are known only now.</summary>
    private bool FitsMemory(List<Node> nodes, ProblemSink problems)
    {
        long total = 0;
        foreach (var value in nodes.Select(static node => node.Output).Prepend(Input).Where(static value => !value.IsAliased))
        {
            total += value.Elements(Block);
            if (total > 4 * ParameterLimit)
            {
                int layer = Spec.Layers.ToList().FindIndex(layer => layer.Name == value.Name);
                problems.Add(
                    Rules.TensorTooLarge,
                    layer,
                    null,
                    value.Name,
                    "with its border and all values before it a sample",
                    FormattableString.Invariant($"{total}"),
                    FormattableString.Invariant($"{4 * ParameterLimit}"));
                return false;
            }
        }

        return true;
    }

    private static void Fuse(List<Node> nodes)
    {
        foreach (var activation in nodes.OfType<ActivationNode>())
        {
            var input = activation.Inputs[0];
            if (activation.CanFuse && input.Consumers.Count == 1 && !input.Keep && !activation.Output.Keep && input.Producer is IEpilogue { Epilogue: null })
            {
                activation.FuseInto(input.Producer);
            }
        }
    }

    /// <summary>What follows a convolution and reads nothing that is not there yet, Predict's kernel does on the way.</summary>
    private static void FuseForPredict(List<Node> nodes)
    {
        var order = nodes.Select(static (node, index) => (node.Output, index)).ToDictionary(static pair => pair.Output, static pair => pair.index);
        foreach (var convolution in nodes.OfType<ConvolutionNode>())
        {
            var steps = new List<IFusable>();
            var value = Stored(convolution.Output);
            while (Next(value, order[convolution.Output], order) is { } next)
            {
                if (next is CombineNode pair)
                {
                    pair.Through = value;
                }

                next.IsFusedInPredict = true;
                steps.Add(next);
                value = Stored(((Node)next).Output);
            }

            if (steps.Count > 0)
            {
                convolution.Fused = new FusedChain(steps, value);
            }
        }
    }

    /// <summary>Where lanes run over columns, Predict's kernel also takes the maximum of each window of what it computes.</summary>
    private static void FusePooling(List<Node> nodes)
    {
        foreach (var convolution in nodes.OfType<ConvolutionNode>())
        {
            var value = convolution.Fused?.Output ?? Stored(convolution.Output);
            if (!value.IsOutput && value.Consumers.Count == 1 && value.Consumers[0] is MaxPoolNode pool)
            {
                convolution.FusePool(pool);
            }
        }
    }

    /// <summary>The value itself, or the result of the activation that is fused into its producer and stands for it.</summary>
    internal static Value Stored(Value value) => value.Consumers.Count == 1 && value.Consumers[0] is ActivationNode { FusedInto: not null } fused ? fused.Output : value;

    private static IFusable? Next(Value value, int position, Dictionary<Value, int> order)
    {
        if (value.Consumers.Count != 1 || value.IsOutput)
        {
            return null;
        }

        return value.Consumers[0] switch
        {
            BatchNormNode norm => norm,
            ActivationNode { IsCheap: true, FusedInto: null } activation => activation,
            CombineNode { IsPair: true, IsFusedInPredict: false } pair when pair.Inputs.All(input => input == value || !order.TryGetValue(input, out int at) || at < position) => pair,
            _ => null,
        };
    }

    private LayerSummary Summarise((LayerSpec Spec, Value Input, Value Output, int FirstNode, int NodeCount, int FirstParameter, int ParameterCount) layer)
    {
        var nodes = Nodes.GetRange(layer.FirstNode, layer.NodeCount);
        var parameters = Parameters.GetRange(layer.FirstParameter, layer.ParameterCount);
        return new(
            layer.Spec,
            [.. layer.Spec.Inputs.Select(index => index == LayerSpec.NetworkInput ? "input" : Spec.Layers[index].Name)],
            layer.Spec.Name,
            layer.Spec.Kind,
            Description.Of(layer.Spec),
            layer.Input.LayerShape,
            layer.Output.LayerShape,
            parameters.Where(static parameter => !parameter.IsBuffer).Sum(static parameter => parameter.Count),
            nodes.Sum(static node => node.MultiplyAdds),
            nodes.Count == 1 ? nodes[0].FusedInto?.Layer : null,
            parameters,
            layer.Output.Keep && !layer.Output.IsInput ? layer.Output : null);
    }
}
