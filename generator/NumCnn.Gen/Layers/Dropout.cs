using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>While training, sets values to zero with probability p and scales the others by 1 / (1 − p).</summary>
internal sealed class Dropout : Layer
{
    public override string Kind => "dropout";

    public override string Summary => "While training, sets values to zero with probability p and scales the others by 1 / (1 − p).";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Number("p", "Probability that a value is dropped.", 0.5, 0, 1, maximumExcluded: true),
    ];

    public override Value? Build(LayerScope scope)
    {
        double probability = scope.Options.Number("p");
        return probability == 0
            ? scope.Input
            : BeforeFlattening(scope, scope.Input, input => new DropoutNode(scope.Name, input, probability, scope.Graph.Dropouts++, scope.Block));
    }
}
