using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>The gradients of dense layers' weights, which threads share out.</summary>
public class SharedWeightGradientTests
{
    private const string Yaml = "name: Net\ninput: [16, 5, 5]\nseed: 1\nlayers:\n  - flatten\n  - linear: 160\n  - relu\n  - linear: 96\n  - relu\n  - linear: 48\nloss: mse\n";

    [Fact]
    public void Threads_share_them_in_the_order_of_the_parameters()
    {
        Assert.Equal(["linear1.WeightGradient", "linear2.WeightGradient", "linear3.WeightGradient"], Steps().Select(static step => step.Kernel));
    }

    [Fact]
    public void An_image_is_read_as_one_row_of_elements_and_pairs_of_blocks_are_an_item_where_they_are_enough()
    {
        // 10 blocks of 16 outputs are 5 pairs; 6 are too few for that, and 3 are no pairs.
        var steps = Steps();
        Assert.Equal([5, 6, 3], steps.Select(static step => step.Items));
        var nest = Simplifier.Merge(steps[0].Nests[0]);
        Assert.Equal(400, Assert.Single(nest.Tile, static axis => !axis.IsTrivial).Extent);
    }

    [Fact]
    public void Each_thread_fetches_what_others_may_have_written_row_by_row()
    {
        string text = string.Concat(EmitStage.Generate(Networks.Resolve(Yaml)).Select(static source => source.Text));
        Assert.Contains("if (IsShared) Caches.PrefetchRows(ref ", text, StringComparison.Ordinal);
        Assert.Contains("Samples, Pitch, 400);", text, StringComparison.Ordinal);
    }

    private static List<Step> Steps()
        => [.. NetworkProgram.Create(NetworkGraph.Build(Networks.Resolve(Yaml), new ProblemSink())!).Backward.Where(static step => step.Domain == Domain.Items && step.Kernel.EndsWith(".WeightGradient", StringComparison.Ordinal))];
}
