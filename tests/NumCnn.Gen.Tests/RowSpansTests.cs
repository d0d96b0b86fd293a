using System.Text.RegularExpressions;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Which rows of a padded image leave out the taps that would read zeros.</summary>
public partial class RowSpansTests
{
    [Fact]
    public void Rows_at_the_border_leave_out_taps_where_that_saves_work()
        => Assert.Equal([new(0, 1, 1, 2), new(1, 6, 0, 3), new(7, 1, 0, 2)], Of(rows: 8, taps: 3, work: 1000));

    [Theory]
    [InlineData(8, 3, 288)] // 576 multiply-adds of vectors: the JIT takes longer for the code than it saves in ten thousand calls
    [InlineData(64, 3, 1000)] // a hundredth of all
    public void Otherwise_the_border_is_read(int rows, int taps, int work)
        => Assert.Equal([new(0, rows, 0, taps)], Of(rows, taps, work));

    [Fact]
    public void Code_without_loops_is_shorter_so()
        => Assert.Equal(3, Of(rows: 3, taps: 3, work: 2).Count);

    [Theory]
    [InlineData("conv2d_clipped", "conv3")] // its rows are too short for a register tile
    [InlineData("conv2d_border_rows", "conv2")]
    [InlineData("conv2d_border_columns", "conv1")]
    public void The_conformance_tests_networks_have_such_rows(string network, string layer)
    {
        var graph = NetworkGraph.Build(Networks.Resolve(Repository.Read("tests", "NumCnn.Conformance", "Corpus", network + ".network.yaml")), new ProblemSink())!;
        var program = NetworkProgram.Create(graph);
        foreach (string kind in new[] { "Forward", "InputGradient" })
        {
            var step = program.Forward.Concat(program.Backward).First(step => step.Kernel == $"{layer}.{kind}");
            Assert.True(step.Nests.Select(static nest => nest.Reduction.Sum(static axis => axis.Extent)).Distinct().Count() > 1, $"{kind} has the same taps in all rows.");
        }
    }

    [Fact]
    public void The_first_and_the_last_row_have_one_kernel()
    {
        var sources = EmitStage.Generate(Networks.Resolve("name: A\ninput: [64, 8, 8]\nlayers:\n  - conv2d: {out_channels: 64, kernel_size: 3, padding: 1}\nloss: mse\n"));
        string text = sources.Single(static source => !source.HintName.Contains("512", StringComparison.Ordinal)).Text;
        foreach (string kind in new[] { "Forward", "InputGradient" })
        {
            var calls = Call().Matches(text).Where(call => call.Groups["kernel"].Value.StartsWith("Conv1" + kind, StringComparison.Ordinal)).ToLookup(static call => call.Groups["row"].Value);
            var (first, last) = (calls["row 0"].First(), calls["row 7"].First());
            Assert.Equal(first.Groups["kernel"].Value, last.Groups["kernel"].Value);
            Assert.NotEqual(first.Groups["arguments"].Value, last.Groups["arguments"].Value);
            Assert.Equal(2, calls.Select(static rows => rows.First().Groups["kernel"].Value).Distinct().Count());
        }
    }

    [GeneratedRegex(@"// (?<row>rows? \d+)[^\n]*\n\s+(?<kernel>\w+)\((?<arguments>.*)\);", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Call();

    private static IReadOnlyList<RowSpan> Of(int rows, int taps, int work)
        => RowSpans.Of(rows, taps, (row, tap) => row + tap - (taps / 2) is var source && source >= 0 && source < rows, RowSpans.Overhead, work);
}
