using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>Largest value of each channel; the output is [channels, 1, 1].</summary>
internal sealed class GlobalMaxPool2d : Layer
{
    public override string Kind => "global_max_pool2d";

    public override string Summary => "Largest value of each channel; the output is [channels, 1, 1].";

    public override Value? Build(LayerScope scope)
    {
        if (!scope.NeedsImage())
        {
            return null;
        }

        var input = scope.Input.Shape;
        var size = (input.Rows, input.Columns);
        return scope.Add(new MaxPoolNode(scope.Name, scope.Input, Shape.Image(input.Channels, 1, 1), new Window(size, size, (1, 1))));
    }
}
