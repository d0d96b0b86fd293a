using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>x where it is positive, weight · x elsewhere, with a learned weight.</summary>
internal sealed class Prelu : ActivationLayer
{
    public override string Kind => "prelu";

    public override string Summary => "x where it is positive, weight · x elsewhere, with a learned weight.";

    public override LayerParameters Parameters => LayerParameters.Weight;

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Count("num_parameters", "1, or the number of channels for a weight each.", 1),
        Option.Number("init", "First value of the weight.", 0.25),
    ];

    public override Value? Build(LayerScope scope)
    {
        int count = scope.Options.Int("num_parameters");
        int channels = scope.Input.Shape.Channels;
        if (count != 1 && count != channels)
        {
            return scope.Fail(Rules.PreluParameters, "num_parameters", scope.Name, $"{count}", $"{channels}");
        }

        if (scope.Initial(scope.Spec.Weight, "weight", [count], new ParameterInit.Constant(scope.Options.Number("init"))) is not { } initial)
        {
            return null;
        }

        var weight = scope.Register(count == 1
            ? new ParameterTensor(scope.Name + ".weight", [1], [[(1, 1)]], 1, scope.Trainable, isBuffer: false, initial)
            : ParameterTensor.PerChannel(scope.Name + ".weight", count, scope.Block, scope.Trainable, isBuffer: false, initial));
        return scope.Add(new PreluNode(scope.Name, scope.Input, weight, count > 1));
    }
}
