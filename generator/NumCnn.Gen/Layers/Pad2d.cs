using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Puts a border around an image. The order of sides is top, left, bottom, right; PyTorch's F.pad takes left, right, top, bottom.</summary>
internal sealed class Pad2d : Layer
{
    public override string Kind => "pad2d";

    public override string Summary => "Puts a border around an image. The order of sides is top, left, bottom, right; PyTorch's F.pad takes left, right, top, bottom.";

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Sides("padding", "Rows and columns of the border.", required: true),
        Option.Choice("mode", "What fills the border.", "constant", "replicate", "reflect", "circular"),
        Option.Number("value", "The value of a constant border.", 0),
    ];

    public override Value? Build(LayerScope scope)
    {
        if (!scope.NeedsImage())
        {
            return null;
        }

        var padding = scope.Options.Padding("padding");
        var border = new Border(padding.Top, padding.Left, padding.Bottom, padding.Right);
        return Geometry.Pad(scope, scope.Name, scope.Input, border, scope.Options.Text("mode"), scope.Options.Number("value"));
    }
}
