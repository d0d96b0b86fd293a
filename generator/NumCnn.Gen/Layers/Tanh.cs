namespace NumCnn.Gen.Layers;

/// <summary>Hyperbolic tangent.</summary>
internal sealed class Tanh : ActivationLayer
{
    public override string Kind => "tanh";

    public override string Summary => "Hyperbolic tangent.";
}
