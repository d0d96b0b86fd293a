namespace NumCnn.Gen.Layers;

/// <summary>Product of two or more values of one shape, element by element.</summary>
internal sealed class Mul : Layer
{
    public override string Kind => "mul";

    public override string Summary => "Product of two or more values of one shape, element by element.";

    public override Arity Arity => Arity.Many;
}
