using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>Product of two or more values of one shape, element by element.</summary>
internal sealed class Mul : Layer
{
    public override string Kind => "mul";

    public override string Summary => "Product of two or more values of one shape, element by element.";

    public override Arity Arity => Arity.Many;

    public override Value? Build(LayerScope scope)
    {
        foreach (var input in scope.Inputs)
        {
            if (input.Shape != scope.Input.Shape)
            {
                return scope.Fail(Rules.ShapesDiffer, "from", scope.Name, scope.Input.Shape.ToString(), input.Shape.ToString());
            }
        }

        return scope.Add(new CombineNode(scope.Name, multiply: true, [.. scope.Inputs]));
    }
}
