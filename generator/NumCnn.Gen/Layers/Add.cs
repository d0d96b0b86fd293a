using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>Sum of two or more values of one shape.</summary>
internal sealed class Add : Layer
{
    public override string Kind => "add";

    public override string Summary => "Sum of two or more values of one shape.";

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

        return scope.Add(new CombineNode(scope.Name, multiply: false, [.. scope.Inputs]));
    }
}
