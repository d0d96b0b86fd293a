using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Graph;

/// <summary>Whether the loss suits the network's output and last layer.</summary>
internal static class LossCheck
{
    public static void Check(NetworkGraph graph, ProblemSink problems)
    {
        if (graph.Spec is { Backward: true, Loss: not null } && !graph.Parameters.Exists(static parameter => parameter.Trainable))
        {
            problems.Add(Rules.NothingToTrain, ProblemSink.Network, null, graph.Spec.Name);
        }

        if (graph.Spec.Loss is not { } loss)
        {
            return;
        }

        var last = graph.Spec.Layers[graph.Spec.Layers.Length - 1];
        if (loss.Kind is LossTables.CrossEntropy or LossTables.Nll && graph.Output.Shape.Channels < 2)
        {
            problems.Add(Rules.LossShape, ProblemSink.Network, "loss", loss.Kind, "two classes or more", graph.Output.Shape.ToString());
        }

        switch (loss.Kind)
        {
            case LossTables.CrossEntropy when last.Kind is "softmax" or "log_softmax":
            case LossTables.BceWithLogits when last.Kind is "sigmoid":
                problems.Add(Rules.SecondSoftmax, ProblemSink.Network, "loss", loss.Kind, last.Name, last.Kind);
                break;
            case LossTables.Nll when last.Kind is not "log_softmax":
                problems.Add(Rules.LossNeedsLayer, ProblemSink.Network, "loss", loss.Kind, "log_softmax", last.Name, last.Kind, LossTables.CrossEntropy);
                break;
            case LossTables.Bce when last.Kind is not ("sigmoid" or "hardsigmoid" or "softmax"):
                problems.Add(Rules.LossNeedsLayer, ProblemSink.Network, "loss", loss.Kind, "sigmoid", last.Name, last.Kind, LossTables.BceWithLogits);
                break;
        }
    }
}
