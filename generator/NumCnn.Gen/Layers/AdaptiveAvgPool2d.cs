using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Mean of windows that are chosen so that the output has the given size.</summary>
internal sealed class AdaptiveAvgPool2d : Layer
{
    public override string Kind => "adaptive_avg_pool2d";

    public override string Summary => "Mean of windows that are chosen so that the output has the given size.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Pair("output_size", "Rows and columns of the output.", 1),
    ];

    public override Value? Build(LayerScope scope)
    {
        if (!scope.NeedsImage())
        {
            return null;
        }

        var input = scope.Input.Shape;
        var (rows, columns) = scope.Options.Pair("output_size");
        if (scope.Checked("the output", input.Channels, rows, columns) is not { } shape)
        {
            return null;
        }

        var rowSpans = Pooling.AdaptiveSpans(rows, input.Rows);
        var columnSpans = Pooling.AdaptiveSpans(columns, input.Columns);
        if ((long)rowSpans.Count * columnSpans.Count > Pooling.SpanLimit)
        {
            return scope.Fail(
                Rules.KernelDoesNotFit,
                "output_size",
                scope.Name,
                FormattableString.Invariant($"{rows}×{columns} windows over {input.Rows}×{input.Columns} have {(long)rowSpans.Count * columnSpans.Count} different sizes and steps; the limit is {Pooling.SpanLimit}"));
        }

        return scope.Add(new AveragePoolNode(scope.Name, scope.Input, shape, rowSpans, columnSpans));
    }
}
