using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Graph;

/// <summary>
/// Decides which values lie in rows, with lanes over columns: those of convolutions with too few output channels to fill a
/// vector, and what follows them up to a layer that reads single elements in any order. All others lie channels last.
/// </summary>
internal static class LayoutChoice
{
    public static void Choose(NetworkGraph graph, IReadOnlyList<Node> nodes)
    {
        ChooseForFewOutputs(graph, nodes);

        // A few channels are read as the caller has them; more are worth a copy that brings a pixel's together.
        var input = graph.Input;
        if (input is { Phases: 0, IsOutput: false, Shape.Channels: > 1 and <= 4 } && input.Consumers.TrueForAll(static consumer => consumer.ReadsRows))
        {
            input.Phases = 1;
        }
    }

    private static void ChooseForFewOutputs(NetworkGraph graph, IReadOnlyList<Node> nodes)
    {
        var wanted = new HashSet<Node>(nodes.OfType<ConvolutionNode>().Where(static convolution => convolution.GainsFromColumns(1)));
        while (wanted.Count > 0)
        {
            var phases = new Dictionary<Value, int>();
            if (Assign(graph, nodes, wanted, phases) is { } refused)
            {
                wanted.Remove(refused);
                continue;
            }

            foreach (var value in phases)
            {
                value.Key.Phases = value.Value;
            }

            return;
        }
    }

    /// <summary>The phases of every value that would lie in rows; a convolution that cannot have it so, if there is one.</summary>
    private static Node? Assign(NetworkGraph graph, IReadOnlyList<Node> nodes, HashSet<Node> wanted, Dictionary<Value, int> phases)
    {
        // Who is to blame for a value that lies in rows: the convolution that made it, or the one that wants to read it so.
        var cause = new Dictionary<Value, Node>();
        foreach (var node in nodes)
        {
            if (wanted.Contains(node))
            {
                if (node.Inputs[0] == graph.Input && !graph.Input.IsOutput)
                {
                    cause[graph.Input] = node;
                }
                else if (!cause.ContainsKey(node.Inputs[0]))
                {
                    return node;
                }

                cause[node.Output] = node;
            }
            else if (node is not ConvolutionNode && node.Inputs.Count == 1 && node.PhasesOfInput(1) is not null && cause.TryGetValue(node.Inputs[0], out var origin))
            {
                cause[node.Output] = origin;
            }
        }

        foreach (var value in nodes.Reverse<Node>().Select(static node => node.Output).Append(graph.Input).Where(cause.ContainsKey))
        {
            int? agreed = null;
            foreach (var consumer in value.Consumers)
            {
                // A convolution over channels reads single elements; their columns have to follow each other.
                int? demand = cause.ContainsKey(consumer.Output) && (consumer is not ConvolutionNode || wanted.Contains(consumer)) ? consumer.PhasesOfInput(phases[consumer.Output])
                    : consumer.ReadsRows ? 1
                    : null;
                if (demand is null || (agreed is not null && agreed != demand))
                {
                    return cause[value];
                }

                agreed = demand;
            }

            phases[value] = agreed ?? 1;
        }

        return wanted.FirstOrDefault(node => !((ConvolutionNode)node).GainsFromColumns(phases[node.Output]));
    }
}
