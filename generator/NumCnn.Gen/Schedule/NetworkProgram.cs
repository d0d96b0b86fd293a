using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

/// <summary>A network's steps in both directions, with a place for everything.</summary>
internal sealed class NetworkProgram
{
    /// <summary>Multiply-adds of a sample from which on threads, and with them shards, are worth anything.</summary>
    private const long FewestForShards = 4096;

    private NetworkProgram(NetworkGraph graph, IReadOnlyList<Step> predict, IReadOnlyList<Step> forward, IReadOnlyList<Step> backward, MemoryPlan memory)
    {
        Predict = predict;
        Graph = graph;
        Forward = forward;
        Backward = backward;
        Memory = memory;
    }

    public NetworkGraph Graph { get; }

    /// <summary>The steps of Predict: evaluation, with whatever can be fused.</summary>
    public IReadOnlyList<Step> Predict { get; }

    public IReadOnlyList<Step> Forward { get; }

    public IReadOnlyList<Step> Backward { get; }

    public MemoryPlan Memory { get; }

    /// <summary>A single sample is worth several threads.</summary>
    public bool SharesSamples { get; private init; }

    /// <summary>Elements of the parameters that are trained; they lie first.</summary>
    public int TrainableLength { get; private set; }

    public int StorageLength { get; private set; }

    /// <param name="graph">The network.</param>
    /// <param name="limits">What counts as large.</param>
    public static NetworkProgram Create(NetworkGraph graph, SizeLimits? limits = null)
    {
        limits ??= SizeLimits.Default;
        var unrolling = graph.Spec.Layers.ToDictionary(static layer => layer.Name, layer => layer.Unroll ?? graph.Spec.Unroll, StringComparer.Ordinal);
        UnrollMode UnrollOf(Node node) => unrolling.TryGetValue(node.Layer, out var mode) ? mode : graph.Spec.Unroll;

        foreach (var weights in graph.Parameters.Select(static parameter => parameter.Storage))
        {
            weights.IsStreamed = limits.IsStreamed(weights.Length, graph.Spec.DType);
        }

        var forward = new ProgramBuilder(graph.Spec.DType, limits);
        LoadInput(forward, graph);
        foreach (var node in graph.Nodes)
        {
            forward.Unroll = UnrollOf(node);
            node.Forward(forward);
        }

        forward.Unroll = graph.Spec.Unroll;
        StoreOutput(forward, graph);
        var predict = new ProgramBuilder(graph.Spec.DType, limits);
        LoadInput(predict, graph);
        foreach (var node in graph.Nodes)
        {
            predict.Unroll = UnrollOf(node);
            node.Predict(predict);
        }

        predict.Unroll = graph.Spec.Unroll;
        StoreOutput(predict, graph);
        var predictSteps = Streams.Order([.. predict.Steps.Where(MemoryPlan.IsInPredict)]);
        var forwardSteps = Streams.Order(forward.Steps);
        long multiplyAdds = graph.Nodes.Sum(static node => node.MultiplyAdds);
        bool shares = multiplyAdds >= limits.Network;
        if (shares)
        {
            predictSteps = SampleShares.Apply(predictSteps, graph.Spec.DType, limits);

            // Forward too, where it is emitted, so that it has Predict's kernels.
            forwardSteps = graph.Spec.Backward ? SampleShares.Apply(forwardSteps, graph.Spec.DType, limits) : forwardSteps;
        }

        var backward = new ProgramBuilder(graph.Spec.DType, limits) { InShards = multiplyAdds >= FewestForShards };
        if (graph.Spec.Backward)
        {
            AddBackward(backward, graph, UnrollOf);
        }

        (forwardSteps, var backwardSteps) = Rematerialisation.Apply(forwardSteps, SharedGradients.Apply(SampleShares.ApplyToStreams(Streams.Order(backward.Steps), graph.Spec.DType, limits)));
        if (graph.Spec.Backward)
        {
            (forwardSteps, backwardSteps) = NextSample.Apply(forwardSteps, backwardSteps, graph.Spec.DType, limits);
        }

        var memory = MemoryPlan.Create(predictSteps, forwardSteps, backwardSteps, graph.Block, limits);
        var program = new NetworkProgram(graph, predictSteps, forwardSteps, backwardSteps, memory) { SharesSamples = shares };
        program.PlaceParameters();
        return program;
    }

    private static void AddBackward(ProgramBuilder backward, NetworkGraph graph, Func<Node, UnrollMode> unrollOf)
    {
        backward.When = graph.Output.Trains ? When.Always : When.InputGradient;
        LoadOutputGradient(backward, graph);
        foreach (var node in BackwardOrder(graph.Nodes))
        {
            if (!node.Output.HasGradient)
            {
                continue;
            }

            bool trains = node.Parameters.Any(static parameter => parameter.Trainable) || node.Inputs.Any(static input => input.Trains);
            backward.When = trains ? When.Always : When.InputGradient;
            backward.Unroll = unrollOf(node);
            node.Backward(backward);
        }

        backward.When = When.InputGradient;
        backward.Unroll = graph.Spec.Unroll;
        StoreInputGradient(backward, graph);
    }

    /// <summary>
    /// The nodes from the last to the first, but that one waits for the next other reader of its input where it adds more to the input's gradient than it
    /// reads of its output's: the smaller one of the two is what waits in memory meanwhile, and both find the input in the cache. A residual block's shortcut
    /// with a stride thus comes beside the block's first convolution, behind the batch norms of the other branch.
    /// </summary>
    private static List<Node> BackwardOrder(IReadOnlyList<Node> nodes)
    {
        var order = nodes.Reverse().ToList();
        foreach (var node in nodes.Reverse())
        {
            if (node.Inputs.Count != 1 || node.Inputs[0] is not { } input || node.Output.Gradient.Storage.Length >= input.Gradient.Storage.Length)
            {
                continue;
            }

            int at = order.IndexOf(node);
            int reader = order.FindIndex(at + 1, input.Consumers.Contains);
            if (reader > at + 1)
            {
                order.RemoveAt(at);
                order.Insert(reader - 1, node);
            }
        }

        return order;
    }

    private static View Planar(Shape shape, Storage storage) => new(storage, 0, shape.Pixels, shape.Columns, 1);

    private static void LoadInput(ProgramBuilder program, NetworkGraph graph)
    {
        var shape = graph.Input.Shape;
        var source = new Storage("input", Region.Input, shape.Length);
        string title = "input: the caller's sample, in the order that its readers want";
        var nests = Nests.Copy(title, shape, graph.Input.View.Phases, (c, i, j) => (graph.Input.View.At(c, i, j), Planar(shape, source).At(c, i, j)));
        program.Add("input.Load", title, Domain.Samples, nests, [(source, "source"), (graph.Input.View.Storage, "x")]);
    }

    private static void StoreOutput(ProgramBuilder program, NetworkGraph graph)
    {
        var shape = graph.Output.Shape;
        var target = new Storage("output", Region.Output, shape.Length);
        string title = "output: in the order of channels, rows, columns";
        var nests = Nests.Copy(title, shape, graph.Output.View.Phases, (c, i, j) => (Planar(shape, target).At(c, i, j), graph.Output.View.At(c, i, j)));
        program.Add("output.Store", title, Domain.Samples, nests, [(graph.Output.View.Storage, "y"), (target, "target")]);
    }

    private static void LoadOutputGradient(ProgramBuilder program, NetworkGraph graph)
    {
        var shape = graph.Output.Shape;
        var source = new Storage("outputGradient", Region.OutputGradient, shape.Length);
        string title = "output: the caller's gradient";
        var nests = Nests.Copy(title, shape, graph.Output.Gradient.Phases, (c, i, j) => (graph.Output.Gradient.At(c, i, j), Planar(shape, source).At(c, i, j)));
        program.Add("output.LoadGradient", title, Domain.Samples, nests, [(source, "source"), (graph.Output.Gradient.Storage, "dy")]);
        graph.Output.HasGradient = true;
    }

    private static void StoreInputGradient(ProgramBuilder program, NetworkGraph graph)
    {
        var shape = graph.Input.Shape;
        var target = new Storage("inputGradient", Region.InputGradient, shape.Length);
        string title = "input: its gradient, in the order of channels, rows, columns";
        bool known = graph.Input.HasGradient;
        var nests = Nests.Copy(title, shape, graph.Input.Gradient.Phases, (c, i, j) => (Planar(shape, target).At(c, i, j), known ? graph.Input.Gradient.At(c, i, j) : (Expr)0));
        program.Add("input.StoreGradient", title, Domain.Samples, nests, [(graph.Input.Gradient.Storage, "dx"), (target, "target")]);
    }

    private void PlaceParameters()
    {
        int block = Graph.Block;
        int offset = 0;
        foreach (bool trainable in new[] { true, false })
        {
            foreach (var parameter in Graph.Parameters.Where(parameter => parameter.Trainable == trainable))
            {
                parameter.Storage.Offset = parameter.Storage.PredictOffset = parameter.GradientStorage.Offset = offset;
                offset = checked(offset + ((parameter.Storage.Length + block - 1) / block * block));
            }

            if (trainable)
            {
                TrainableLength = offset;
            }
        }

        StorageLength = offset;
    }
}
