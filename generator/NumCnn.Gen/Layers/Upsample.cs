using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Enlarges an image by whole factors.</summary>
internal sealed class Upsample : Layer
{
    public override string Kind => "upsample";

    public override string Summary => "Enlarges an image by whole factors.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Pair("scale_factor", "Factor for rows and columns."),
        Option.Choice("mode", "How new values arise.", "nearest", "bilinear"),
        Option.Flag("align_corners", "For bilinear: the corners of input and output coincide.", defaultValue: false),
    ];

    public override Value? Build(LayerScope scope)
    {
        if (!scope.NeedsImage())
        {
            return null;
        }

        var input = scope.Input.Shape;
        var (rows, columns) = scope.Options.Pair("scale_factor");
        if (scope.Checked("the output", input.Channels, (long)input.Rows * rows, (long)input.Columns * columns) is not { } shape)
        {
            return null;
        }

        if (scope.Options.Text("mode") == "bilinear")
        {
            return scope.Add(new BilinearNode(scope.Name, scope.Input, (rows, columns), scope.Options.Flag("align_corners"), scope.Block));
        }

        var (i, u, j, v) = (new Axis("i", input.Rows), new Axis("u", rows), new Axis("j", input.Columns), new Axis("v", columns));
        var mapping = new Mapping(0, [i, u, j, v], (Affine.Zero, i, j), (Affine.Zero, (i * rows) + u, (j * columns) + v));
        return scope.Add(new RearrangeNode(
            scope.Name, [scope.Input], shape, $"y[c, {rows}i+u, {columns}j+v] = x[c,i,j]", [mapping], lanes: true, repeats: true));
    }
}
