namespace NumCnn.Gen.Layers;

/// <summary>Joins values along their channels or features.</summary>
internal sealed class Concat : Layer
{
    public override string Kind => "concat";

    public override string Summary => "Joins values along their channels or features.";

    public override Arity Arity => Arity.Many;
}
