namespace NumCnn.Gen.Layers;

/// <summary>Sum of two or more values of one shape.</summary>
internal sealed class Add : Layer
{
    public override string Kind => "add";

    public override string Summary => "Sum of two or more values of one shape.";

    public override Arity Arity => Arity.Many;
}
