using System.Globalization;
using System.Text;
using NumCnn.Benchmarks.Search;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;
using NumCnn.Gen.Tests.Support;
using static NumCnn.Gen.Tests.Support.Verifier;

namespace NumCnn.Gen.Tests;

/// <summary>
/// What the cost model chooses for the layers that the benchmarks' <c>search</c> holds against every other tile. A change here wants
/// that search to be run again, at each width.
/// </summary>
public class TileChoiceTests
{
    private static readonly string[] s_kinds = ["Forward", "InputGradient", "WeightGradient"];

    [Fact]
    public Task Tiles()
    {
        var text = new StringBuilder();
        foreach (var (name, yaml) in SearchList.All)
        {
            foreach (var (kind, nest) in Kernels(yaml))
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}.{kind}\n");
                text.Append(CultureInfo.InvariantCulture, $"    Vector512: {Plan(nest, VectorKind.Fixed512).Description}\n");
                text.Append(CultureInfo.InvariantCulture, $"    Vector<T>: {Plan(nest, VectorKind.Variable).Description}\n");
            }
        }

        return Verify(text.ToString());
    }

    [Fact]
    public void Every_tile_of_sums_fits_the_registers()
    {
        int tiles = 0;
        foreach (var (_, yaml) in SearchList.All)
        {
            foreach (var (_, nest) in Kernels(yaml))
            {
                foreach (var kind in new[] { VectorKind.Fixed512, VectorKind.Variable })
                {
                    var target = Target.For(kind, DType.Float32);
                    foreach (var piece in Plan(nest, kind).Pieces)
                    {
                        int sums = nest.Accumulators.Count * piece.LaneVectors * piece.Ranges.Values.Aggregate(1, static (product, range) => product * range.Tile);
                        Assert.InRange(sums, 1, target.Registers - 1);
                        tiles++;
                    }
                }
            }
        }

        Assert.True(tiles > 100, $"{tiles} tiles.");
    }

    [Theory]
    [InlineData(24, 2)] // 92 KB of images: a second pass for other channels would fetch half of every line again
    [InlineData(8, 1)] // 11 KB stay in the first cache: one vector of channels by all nine taps
    public void Images_beyond_the_first_cache_are_summed_by_whole_lines(int side, int vectors)
    {
        string layer = FormattableString.Invariant($"name: A\ninput: [32, {side}, {side}]\nseed: 1\nlayers:\n  - conv2d: {{out_channels: 32, kernel_size: 3, stride: 2, padding: same, groups: 32}}\nloss: mse\n");
        var (_, nest) = Kernels(layer).Single(static kernel => kernel.Kind == "WeightGradient");
        Assert.Equal(vectors, Plan(nest, VectorKind.Variable).Pieces[0].LaneVectors);
    }

    [Theory]
    [InlineData(32, false)] // a sum of 32 steps cannot hide the stores of a larger tile
    [InlineData(128, true)] // one of 128 steps can
    public void Short_sums_end_in_no_more_stores_than_the_next_tile_hides(int channels, bool large)
    {
        string layer = FormattableString.Invariant($"name: A\ninput: [{channels}, 24, 24]\nseed: 1\nlayers:\n  - conv2d: {{out_channels: {channels}, kernel_size: 1}}\nloss: mse\n");
        var (_, nest) = Kernels(layer).Single(static kernel => kernel.Kind == "Forward");
        var piece = Plan(nest, VectorKind.Fixed512).Pieces[0];
        int stores = nest.Stores.Count * piece.LaneVectors * piece.Ranges.Values.Aggregate(1, static (product, range) => product * range.Tile);
        Assert.Equal(large, stores > 12);
    }

    [Theory]
    [InlineData(16, "u c v")] // one vector: a row's taps share what neighbouring columns read
    [InlineData(32, "u v c")] // two: each value that is loaded serves both
    public void Taps_of_a_row_are_summed_last_where_one_vector_holds_all_channels(int channels, string order)
    {
        string layer = FormattableString.Invariant($"name: A\ninput: [8, 24, 24]\nseed: 1\nlayers:\n  - conv2d: {{out_channels: {channels}, kernel_size: 3}}\nloss: mse\n");
        var (_, nest) = Kernels(layer).Single(static kernel => kernel.Kind == "Forward");
        Assert.Equal(order, string.Join(' ', nest.Reduction.Select(static axis => axis.Name)));
    }

    [Theory]
    [InlineData("relu", 4)] // one operation beside its store
    [InlineData("gelu", 1)] // dozens: the loop around them costs nothing, and more of them are only more to compile
    public void Points_of_many_operations_stand_alone(string layer, int vectors)
    {
        var program = NetworkProgram.Create(NetworkGraph.Build(Networks.Resolve($"name: A\ninput: [64, 9, 9]\nseed: 1\nlayers:\n  - {layer}: {{}}\nloss: mse\n"), new Diagnostics.ProblemSink())!);
        var nest = program.Forward.Single(step => step.Kernel == layer + "1.Forward").Nests.Single();
        Assert.Equal(vectors, Plan(nest, VectorKind.Fixed512).Pieces[0].LaneVectors);
    }

    [Theory]
    [InlineData(24)] // 2 × 5 tiles would read a little less, and leave columns: code of the same length for them
    [InlineData(48)]
    public void Long_bodies_leave_no_rest_that_costs_more_than_it_gains(int side)
    {
        string layer = FormattableString.Invariant($"name: A\ninput: [32, {side}, {side}]\nseed: 1\nlayers:\n  - conv2d: {{out_channels: 32, kernel_size: 3, padding: same, groups: 32}}\nloss: mse\n");
        var (_, nest) = Kernels(layer).Single(static kernel => kernel.Kind == "Forward");
        var plan = Plan(nest, VectorKind.Fixed512);
        Assert.NotNull(plan.Pieces[0].Shared);
        Assert.Single(plan.Pieces);
    }

    private static Plan Plan(Nest nest, VectorKind kind) => Planner.Create(nest, Target.For(kind, DType.Float32), UnrollMode.Auto);

    /// <summary>The kernels of a layer that have lanes, each by the nest with the most work, of the parts of a divided step too.</summary>
    private static IEnumerable<(string Kind, Nest Nest)> Kernels(string yaml)
    {
        var program = NetworkProgram.Create(NetworkGraph.Build(Networks.Resolve(yaml), new Diagnostics.ProblemSink())!);
        foreach (string kind in s_kinds)
        {
            if (program.Forward.Concat(program.Backward).FirstOrDefault(step => (step.Whole ?? step).Kernel.EndsWith("." + kind, StringComparison.Ordinal)) is { } step
                && (step.Whole is null ? step.Nests : program.Forward.Concat(program.Backward).Where(part => part.Whole == step.Whole).SelectMany(static part => part.Nests)).Where(static nest => nest.Lane is not null && nest.Accumulators.Count > 0).ToList() is { Count: > 0 } nests)
            {
                yield return (kind, nests.MaxBy(static nest => nest.Parallel.Concat(nest.Reduction).Aggregate(1L, static (product, axis) => product * (axis.IsSymbolic ? 1 : axis.Extent)))!);
            }
        }
    }
}
