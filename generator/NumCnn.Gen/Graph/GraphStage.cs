using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Graph;

/// <summary>The network's shapes, checked.</summary>
internal static class GraphStage
{
    /// <summary>Checks the network's shapes, its loss and what its layers ask for; false if there is an error.</summary>
    public static bool Check(NetworkSpec network, ProblemSink problems)
    {
        if (NetworkGraph.Build(network, problems) is not { } graph)
        {
            return false;
        }

        LossCheck.Check(graph, problems);
        UnrollCheck.Check(graph, problems);
        return !problems.HasErrors;
    }
}
