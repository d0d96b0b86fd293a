using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Fully connected layer: weight · x + bias.</summary>
internal sealed class Linear : Layer
{
    public override string Kind => "linear";

    public override string Summary => "Fully connected layer: weight · x + bias.";

    public override LayerParameters Parameters => LayerParameters.Weight | LayerParameters.Bias | LayerParameters.Fan;

    public override EquatableArray<Option> Options { get; } =
    [
        Option.Count("out_features", "Features of the output."),
        Option.Flag("bias", "Adds a learned value to each output; a list gives its values.", defaultValue: true),
    ];

    public override Value? Build(LayerScope scope)
    {
        if (!scope.NeedsFeatures())
        {
            return null;
        }

        // A flattened image is read where it lies: the layer is a convolution whose kernel is as large as the image.
        var input = scope.Input.Unflattened ?? scope.Input;
        int outputs = scope.Options.Int("out_features");
        if (scope.Checked("the weight", outputs, scope.Input.Shape.Channels, 1) is null)
        {
            return null;
        }

        var shape = Shape.Features(outputs);
        var equation = new ConvolutionEquation(scope.Block, 1, input.Shape, shape, (input.Shape.Rows, input.Shape.Columns), (1, 1), (1, 1), 0, 0);
        return Convolutions.Add(scope, input, shape, equation, transposed: false, [outputs, scope.Input.Shape.Channels]);
    }
}
