using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Over how many rows at a time a weight's gradient is summed, so that the pixels stay in the first cache.</summary>
public class SumPartsTests
{
    [Theory]
    [InlineData("64, 28, 28", "out_channels: 64, kernel_size: 3, padding: 1", 4)]
    [InlineData("16, 32, 32", "out_channels: 16, kernel_size: 3, padding: 1", 4)]
    [InlineData("32, 16, 16", "out_channels: 32, kernel_size: 3, padding: 1", 8)]
    [InlineData("256, 14, 14", "out_channels: 256, kernel_size: 3, padding: 1", 7)]
    [InlineData("64, 56, 56", "out_channels: 64, kernel_size: 3, padding: 1", 2)]
    [InlineData("64, 8, 8", "out_channels: 64, kernel_size: 3, padding: 1", 8)] // they stay anyway
    [InlineData("64, 112, 112", "out_channels: 64, kernel_size: 3, padding: 1", 112)] // not even those of a row do
    [InlineData("32, 29, 29", "out_channels: 32, kernel_size: 3, padding: 1", 29)] // parts have the same length
    [InlineData("64, 28, 28", "out_channels: 64, kernel_size: 1", 28)] // no other tap finds them
    [InlineData("64, 28, 28", "out_channels: 64, kernel_size: 3, padding: 1, groups: 64", 28)] // a tile has all taps
    public void Rows(string input, string options, int rows)
    {
        var nest = WeightGradient($"name: A\ninput: [{input}]\nlayers:\n  - conv2d: {{{options}}}\nloss: mse\n", "conv1");
        Assert.Equal(rows, nest.Reduction.Single(static axis => axis.Name == "i").Extent);
        Assert.Equal(rows < RowsOf(input), nest.Parts is not null);
    }

    [Theory]
    [InlineData("conv1", 4)]
    [InlineData("conv2", 4)]
    [InlineData("conv3", 4)]
    public void The_conformance_tests_networks_have_such_sums_of_which_threads_share_none(string layer, int parts)
    {
        var nest = WeightGradient(Repository.Read("tests", "NumCnn.Conformance", "Corpus", "conv2d_sum_parts.network.yaml"), layer);
        Assert.Equal(parts, nest.Parts!.Extent);
        Assert.Contains(nest.Parts, nest.Parallel);
        Assert.DoesNotContain(nest.Parts, nest.Tile);
        Assert.NotEqual(nest.Parts, nest.Items);
        Assert.All(nest.Stores, store => Assert.False(store.Target.DependsOn(nest.Parts)));
    }

    private static int RowsOf(string input) => int.Parse(input.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture);

    private static Nest WeightGradient(string yaml, string layer)
    {
        var program = NetworkProgram.Create(NetworkGraph.Build(Networks.Resolve(yaml), new ProblemSink())!);
        return program.Backward.First(step => step.Kernel == layer + ".WeightGradient").Nests[0];
    }
}
