using System.Text.RegularExpressions;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Loops that end early at an image's border, and which kernels have them.</summary>
public partial class ClipTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(-2)]
    public void The_bounds_are_those_of_the_rows_inside(int step)
    {
        const int Rows = 5, Extent = 6;
        var (tap, row) = (new Axis("u", Extent), new Axis("i", 30));
        var clip = new Clip("rows", tap, row + (tap * step) + -12, Rows);
        int left = 0;
        for (int i = 0; i < row.Extent; i++)
        {
            int start = i - 12;
            var inside = Enumerable.Range(0, Extent).Where(u => start + (u * step) is >= 0 and < Rows).ToList();
            var (first, end) = clip.Steps(start);
            Assert.Equal(inside, first < end ? Enumerable.Range(first, end - first) : []);
            left += inside.Count;
        }

        Assert.Equal((double)left / (row.Extent * Extent), clip.Share, 12);
    }

    [Theory]
    [InlineData("conv2d_clipped", "conv1", "Forward", "WeightGradient", "InputGradient")]
    [InlineData("conv2d_clipped", "conv2", "WeightGradient")]
    [InlineData("conv2d_clipped", "conv3", "WeightGradient", "InputGradient")] // of columns: its tiles cover rows
    [InlineData("conv2d_clipped", "conv_transpose1", "WeightGradient")]
    [InlineData("conv2d_border_rows", "conv1", "WeightGradient")] // rows at the border have code of their own
    [InlineData("conv2d_clipped_phases", "conv1", "WeightGradient", "InputGradient")]
    [InlineData("conv2d_depthwise_33", "conv1")] // short sums without a loop are faster
    [InlineData("conv2d_columns_33", "conv1")] // lanes over columns share rows between taps
    public void The_conformance_tests_networks_have_such_loops(string network, string layer, params string[] kinds)
    {
        var graph = NetworkGraph.Build(Networks.Resolve(Corpus(network)), new ProblemSink())!;
        var program = NetworkProgram.Create(graph);
        var clipped = program.Forward.Concat(program.Backward).Where(step => step.Kernel.StartsWith(layer + ".", StringComparison.Ordinal) && step.Nests.Any(static nest => nest.Clip is not null));
        Assert.Equal(kinds, clipped.Select(static step => step.Kernel.Split('.')[1]).Distinct());
    }

    [Theory]
    [InlineData(8, "columns", "", "")] // tiles of six rows; border rows have one, and tiles of columns
    [InlineData(16, "rows")]
    public void Tiles_of_several_rows_end_their_loops_at_the_columns_of_a_border(int size, params string[] lines)
    {
        string yaml = FormattableString.Invariant($"name: A\ninput: [64, {size}, {size}]\nlayers:\n  - conv2d: {{out_channels: 64, kernel_size: 3, padding: 1}}\nloss: mse\n");
        var program = NetworkProgram.Create(NetworkGraph.Build(Networks.Resolve(yaml), new ProblemSink())!);
        foreach (string kind in (string[])["Forward", "InputGradient"])
        {
            var nests = program.Forward.Concat(program.Backward).Where(step => step.Kernel.StartsWith("conv1." + kind, StringComparison.Ordinal)).SelectMany(static step => step.Nests).ToList();
            Assert.Equal(lines, nests.Select(static nest => nest.Clip?.Lines ?? string.Empty).OrderDescending(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData("maxima_wide", "Forward")]
    [InlineData("maxima_wide", "InputGradient")]
    [InlineData("conv2d_clipped_phases", "InputGradient")]
    public void The_conformance_tests_networks_leave_out_columns_too(string network, string kind)
    {
        var program = NetworkProgram.Create(NetworkGraph.Build(Networks.Resolve(Corpus(network)), new ProblemSink())!);
        Assert.Contains(
            program.Forward.Concat(program.Backward).Where(step => step.Kernel.EndsWith("." + kind, StringComparison.Ordinal)).SelectMany(static step => step.Nests),
            static nest => nest.Clip?.Lines == "columns");
    }

    [Theory]
    [InlineData("Forward")]
    [InlineData("WeightGradient")]
    public void Code_without_loops_has_only_the_steps_that_are_left(string kind)
    {
        string text = EmitStage.Generate(Networks.Resolve(Corpus("conv2d_clipped_straight"))).Select(static source => source.Text).Single(text => text.Contains($"void Conv1{kind}512(", StringComparison.Ordinal));
        int start = text.IndexOf($"void Conv1{kind}512(", StringComparison.Ordinal);
        string kernel = text[start..text.IndexOf("\n    }", start, StringComparison.Ordinal)];
        Assert.DoesNotContain("for (", kernel, StringComparison.Ordinal);

        // Three rows have 2, 3 and 2 of three rows of three taps, for 6 columns and 2 channels.
        Assert.Equal((2 + 3 + 2) * 3 * 6 * 2, Sum().Count(kernel));
    }

    [Fact]
    public void Register_tiles_leave_its_rows_alone()
    {
        var (tap, row, column) = (new Axis("u", 3), new Axis("i", 8), new Axis("j", 8));
        var nest = new Nest();
        nest.Parallel.AddRange([row, column]);
        nest.Tile.AddRange([column, row]);
        nest.Reduction.Add(tap);
        var clipped = nest.Clipped(new Clip("rows", tap, row + (tap * 1) + -1, 8));
        Assert.Equal([column], clipped.Tile);
        Assert.Equal([column, row], nest.Tile);

        // Cut into items, the row is the sum of two axes.
        var divided = clipped.Divided(row, 4);
        Assert.Equal(clipped.Clip!.Share, divided.Clip!.Share);
        Assert.Equal([column], divided.Tile);
    }

    /// <summary>A sum's step, not one of the function behind it.</summary>
    [GeneratedRegex(@"\ba\d+ = Vector512\.MultiplyAddEstimate", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Sum();

    private static string Corpus(string network) => Repository.Read("tests", "NumCnn.Conformance", "Corpus", network + ".network.yaml");
}
