namespace NumCnn.Gen.Layers;

/// <summary>x · sigmoid(x).</summary>
internal sealed class Silu : ActivationLayer
{
    public override string Kind => "silu";

    public override string Summary => "x · sigmoid(x).";
}
