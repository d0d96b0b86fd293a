using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Which kernel applies the derivative of a function that was fused into its producer.</summary>
public class DerivativeTests
{
    private const string Conv = "  - conv2d: {out_channels: 16, kernel_size: 3, padding: 1}\n";
    private const string Relu = "  - relu: {name: a}\n";

    [Theory]
    [InlineData(Conv, "conv2.InputGradient")]
    [InlineData("  - max_pool2d: 2\n" + Conv, "pool1.Backward")]
    [InlineData("  - batch_norm2d\n", "batch_norm1.Backward")]
    [InlineData("  - prelu\n", "prelu1.Backward")]
    [InlineData("  - gelu\n", "gelu1.Backward")]
    [InlineData("  - softmax\n", "softmax1.Backward")]
    [InlineData("  - pad2d: 1\n", "pad1.Backward")]
    [InlineData("  - flatten\n  - linear: 4\n", "linear1.InputGradient")]
    public void The_reader_that_completes_the_gradient_does(string reader, string kernel)
        => Assert.Equal([kernel], Appliers(Conv + Relu + reader));

    [Theory]
    [InlineData("  - conv2d: {name: b, out_channels: 16, kernel_size: 1}\n  - add: {from: [a, b]}\n", "b.InputGradient")]
    [InlineData("  - conv2d: {name: b, out_channels: 16, kernel_size: 1}\n  - conv2d: {name: c, from: a, out_channels: 16, kernel_size: 1}\n  - add: {from: [c, b]}\n", "b.InputGradient")]
    public void Of_several_readers_the_first_does_whose_gradient_comes_last(string readers, string kernel)
        => Assert.Equal([kernel], Appliers(Conv + Relu + readers));

    [Fact]
    public void With_and_without_dropping_elements()
        => Assert.Equal(["dropout1.Backward", "dropout1.BackwardEvaluation"], Appliers(Conv + Relu + "  - dropout: 0.5\n"));

    [Theory]
    [InlineData("  - max_pool2d: {kernel_size: 3, stride: 2}\n")] // adds to some elements several times
    [InlineData("  - mul: {from: [a, a]}\n")] // two parts from one reader
    [InlineData("")] // the caller's gradient
    public void Otherwise_it_has_a_step_of_its_own(string reader)
        => Assert.Equal(["a.Backward"], Appliers(Conv + Relu + reader));

    /// <summary>The steps of Backward that store a selection by the rectifier's output.</summary>
    private static List<string> Appliers(string layers)
    {
        var graph = NetworkGraph.Build(Networks.Resolve($"name: Net\ninput: [3, 8, 8]\nseed: 1\nlayers:\n{layers}loss: mse\n"), new ProblemSink())!;
        var rectified = graph.Nodes.First(static node => node.Layer == "a").Output;
        var program = NetworkProgram.Create(graph);
        return [.. program.Backward.Where(step => step.Nests.SelectMany(static nest => nest.Stores).Any(store => Selects(store.Value, rectified.View.Storage))).Select(static step => step.Kernel)];
    }

    private static bool Selects(Expr value, Storage by) => value is Operation operation
        && ((operation.Code == OpCode.SelectGreater && IsOf(operation.Operands[0], by)) || operation.Operands.Any(operand => Selects(operand, by)));

    /// <summary>An element of a storage, or the largest of some.</summary>
    private static bool IsOf(Expr value, Storage storage)
        => (value is Load load && load.Access.Storage == storage) || (value is Operation { Code: OpCode.Max } largest && largest.Operands.All(operand => IsOf(operand, storage)));
}
