using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Layers;

/// <summary>Joins values along their channels or features.</summary>
internal sealed class Concat : Layer
{
    public override string Kind => "concat";

    public override string Summary => "Joins values along their channels or features.";

    public override Arity Arity => Arity.Many;

    public override Value? Build(LayerScope scope)
    {
        var first = scope.Input.Shape;
        foreach (var input in scope.Inputs)
        {
            if (input.Shape with { Channels = first.Channels } != first)
            {
                return scope.Fail(Rules.ConcatMismatch, "from", scope.Name, first.ToString(), input.Shape.ToString());
            }
        }

        if (scope.Checked("the output", scope.Inputs.Sum(static input => (long)input.Shape.Channels), first.Rows, first.Columns, first.IsFeatures) is not { } shape)
        {
            return null;
        }

        var mappings = new List<Mapping>();
        int channel = 0;
        for (int k = 0; k < scope.Inputs.Count; k++)
        {
            var (c, i, j) = (new Axis("c", scope.Inputs[k].Shape.Channels), new Axis("i", first.Rows), new Axis("j", first.Columns));
            mappings.Add(new Mapping(k, [i, j, c], (c, i, j), ((Affine)channel + c, i, j)));
            channel += scope.Inputs[k].Shape.Channels;
        }

        return scope.Add(new RearrangeNode(scope.Name, [.. scope.Inputs], shape, $"the channels of {string.Join(", ", scope.Inputs.Select(static input => input.Name))}", mappings));
    }
}
