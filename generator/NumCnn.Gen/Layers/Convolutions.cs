using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;

namespace NumCnn.Gen.Layers;

/// <summary>What conv2d, linear and conv_transpose2d have in common: parameters of one equation.</summary>
internal static class Convolutions
{
    /// <param name="scope">The layer.</param>
    /// <param name="input">What is read.</param>
    /// <param name="output">The result's shape.</param>
    /// <param name="equation">The equation.</param>
    /// <param name="transposed">It is solved for x.</param>
    /// <param name="shape">The weight's shape in PyTorch.</param>
    public static Value? Add(LayerScope scope, Value input, Shape output, ConvolutionEquation equation, bool transposed, int[] shape)
    {
        // PyTorch's fan-in: everything but the first dimension, even for a transposed convolution.
        double fanIn = shape.Skip(1).Aggregate(1.0, static (product, size) => product * size);
        double fanOut = shape[0] * (fanIn / shape[1]);
        var weightInit = scope.Initial(scope.Spec.Weight, "weight", shape, scope.WeightInit(fanIn, fanOut));
        var biasInit = scope.Initial(scope.Spec.Bias, "bias", [output.Channels], new ParameterInit.Uniform(1 / Math.Sqrt(fanIn)));
        if (weightInit is null || biasInit is null)
        {
            return null;
        }

        var order = equation.OrderFor(outputs: !transposed);
        var (outputFactors, inputFactors, rowFactors, columnFactors) = equation.WeightFactors(order);
        (int, int)[][] layout = shape.Length == 2
            ? [outputFactors, [.. inputFactors, .. rowFactors, .. columnFactors]]
            : [outputFactors, inputFactors, rowFactors, columnFactors];
        int length = scope.Checked("the weight in memory", 1, 1, equation.WeightLength(order)) is null ? 0 : equation.WeightLength(order);
        if (length == 0)
        {
            return null;
        }

        var weight = scope.Register(new ParameterTensor(scope.Name + ".weight", shape, layout, length, scope.Trainable, isBuffer: false, weightInit));
        var bias = scope.Options.Flag("bias")
            ? scope.Register(ParameterTensor.PerChannel(scope.Name + ".bias", output.Channels, scope.Block, scope.Trainable, isBuffer: false, biasInit))
            : null;
        return scope.Add(new ConvolutionNode(scope.Name, input, output, equation, transposed, weight, bias, order, scope.Graph.Spec.Winograd));
    }
}
