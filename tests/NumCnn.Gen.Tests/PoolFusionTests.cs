using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Which poolings Predict's kernel of a convolution does on the way.</summary>
public class PoolFusionTests
{
    private const string Few = "  - conv2d: {out_channels: 6, kernel_size: 5, padding: 2}\n";

    [Theory]
    [InlineData(Few + "  - relu\n  - max_pool2d: 2\n", 4)]
    [InlineData(Few + "  - batch_norm2d\n  - relu\n  - max_pool2d: 2\n", 4)]
    [InlineData(Few + "  - max_pool2d: {kernel_size: [2, 1]}\n  - tanh\n", 2)]
    public void A_window_of_few_elements_is_summed_side_by_side(string layers, int sums)
    {
        var program = Program(layers);
        Assert.DoesNotContain(program.Predict, static step => step.Kernel.StartsWith("pool1.", StringComparison.Ordinal));
        var nest = Assert.Single(program.Predict.Single(static step => step.Kernel == "conv1.Predict").Nests);
        Assert.Equal(sums, nest.Accumulators.Count);
        Assert.Single(nest.Stores);

        // What Backward needs is stored all the same.
        Assert.Contains(program.Forward, static step => step.Kernel == "pool1.Forward");
    }

    [Theory]
    [InlineData(Few + "  - max_pool2d: 3\n")] // nine sums a point
    [InlineData(Few + "  - max_pool2d: {kernel_size: 2, stride: 1}\n")] // each element in several windows
    [InlineData("  - conv2d: {out_channels: 32, kernel_size: 3, padding: 1}\n  - max_pool2d: 2\n")] // lanes over channels
    [InlineData(Few + "  - tanh: {name: a}\n  - max_pool2d: 2\n  - global_avg_pool2d\n  - global_avg_pool2d: {name: b, from: a}\n  - concat: {from: [b, global_avg_pool1]}\n")] // another reader
    public void Others_have_a_kernel_of_their_own(string layers)
        => Assert.Contains(Program(layers).Predict, static step => step.Kernel.StartsWith("pool1.", StringComparison.Ordinal));

    private static NetworkProgram Program(string layers)
        => NetworkProgram.Create(NetworkGraph.Build(Networks.Resolve($"name: Net\ninput: [1, 32, 32]\nseed: 1\nlayers:\n{layers}loss: mse\n"), new ProblemSink())!);
}
