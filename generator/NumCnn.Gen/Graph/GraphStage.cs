using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Graph;

internal static class GraphStage
{
    /// <summary>Checks the network's shapes; false if there is an error.</summary>
    public static bool Check(NetworkSpec network, ProblemSink problems) => network.Layers.Length > 0 && !problems.HasErrors;
}
