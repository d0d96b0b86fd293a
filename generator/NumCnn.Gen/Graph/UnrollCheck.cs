using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Graph;

/// <summary>Says which layers keep their loops although the file asks for full unrolling.</summary>
internal static class UnrollCheck
{
    public static void Check(NetworkGraph graph, ProblemSink problems)
    {
        var layers = graph.Spec.Layers;
        if (!layers.Any(layer => Asks(graph.Spec, layer)))
        {
            return;
        }

        var program = NetworkProgram.Create(graph);
        var target = Target.For(VectorKind.Fixed512, graph.Spec.DType);
        for (int k = 0; k < layers.Length; k++)
        {
            if (!Asks(graph.Spec, layers[k]))
            {
                continue;
            }

            string prefix = layers[k].Name + ".";
            long worst = program.Forward.Concat(program.Backward)
                .Where(step => step.Kernel.StartsWith(prefix, StringComparison.Ordinal) && step.Kernel.IndexOf('.', prefix.Length) < 0)
                .SelectMany(static step => step.Nests)
                .Select(nest => Planner.UnrolledStatements(nest, target))
                .DefaultIfEmpty(0)
                .Max();
            if (worst > Planner.StatementBudget)
            {
                problems.Add(
                    Rules.UnrollBudget, k, "unroll", layers[k].Name, FormattableString.Invariant($"{worst}"), FormattableString.Invariant($"{Planner.StatementBudget}"));
            }
        }
    }

    private static bool Asks(NetworkSpec network, LayerSpec layer) => (layer.Unroll ?? network.Unroll) == UnrollMode.Full;
}
