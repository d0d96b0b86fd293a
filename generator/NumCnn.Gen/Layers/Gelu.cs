using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>x · Φ(x), with the normal distribution function Φ.</summary>
internal sealed class Gelu : ActivationLayer
{
    public override string Kind => "gelu";

    public override string Summary => "x · Φ(x), with the normal distribution function Φ.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Choice("approximate", "none: the error function; tanh: its approximation.", "none", "tanh"),
    ];

    protected override ActivationFunction Function(LayerScope scope) => scope.Options.Text("approximate") == "tanh" ? scope.Graph.Activations.GeluTanh : scope.Graph.Activations.GeluErf;
}
