using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>Mean of each channel; the output is [channels, 1, 1].</summary>
internal sealed class GlobalAvgPool2d : Layer
{
    public override string Kind => "global_avg_pool2d";

    public override string Summary => "Mean of each channel; the output is [channels, 1, 1].";

    public override Value? Build(LayerScope scope)
    {
        if (!scope.NeedsImage())
        {
            return null;
        }

        var input = scope.Input.Shape;
        return scope.Add(new AveragePoolNode(
            scope.Name, scope.Input, Shape.Image(input.Channels, 1, 1), Pooling.AdaptiveSpans(1, input.Rows), Pooling.AdaptiveSpans(1, input.Columns)));
    }
}
