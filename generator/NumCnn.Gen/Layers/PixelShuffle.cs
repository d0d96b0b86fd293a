using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Rearranges [channels·r², rows, columns] to [channels, rows·r, columns·r].</summary>
internal sealed class PixelShuffle : Layer
{
    public override string Kind => "pixel_shuffle";

    public override string Summary => "Rearranges [channels·r², rows, columns] to [channels, rows·r, columns·r].";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Integer("upscale_factor", "The factor r.", null, 1, Option.GeometryLimit),
    ];

    public override Value? Build(LayerScope scope)
    {
        if (!scope.NeedsImage())
        {
            return null;
        }

        var input = scope.Input.Shape;
        long factor = scope.Options.Int("upscale_factor");
        if (input.Channels % (factor * factor) != 0)
        {
            return scope.Fail(Rules.ShuffleDoesNotDivide, "upscale_factor", scope.Name, $"{input.Channels}", $"{factor}", $"{factor * factor}");
        }

        int r = (int)factor;
        if (scope.Checked("the output", input.Channels / (factor * factor), input.Rows * factor, input.Columns * factor) is not { } shape)
        {
            return null;
        }

        var (c, u, v, i, j) = (new Axis("c", shape.Channels), new Axis("u", r), new Axis("v", r), new Axis("i", input.Rows), new Axis("j", input.Columns));
        var mapping = new Mapping(0, [c, u, v, i, j], ((c * (r * r)) + (u * r) + v, i, j), (c, (i * r) + u, (j * r) + v));
        return scope.Add(new RearrangeNode(scope.Name, [scope.Input], shape, $"y[c, {r}i+u, {r}j+v] = x[{r * r}c+{r}u+v, i, j]", [mapping]));
    }
}
