using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Which steps of a sample threads share, and along what.</summary>
public class SampleSharesTests
{
    [Theory]
    [InlineData("[64, 28, 28]", "conv2d: {out_channels: 64, kernel_size: 3, padding: 1}", "rows")]
    [InlineData("[128, 64, 64]", "conv2d: {out_channels: 128, kernel_size: 3, padding: 1, groups: 128}", "rows")]
    [InlineData("[3, 96, 96]", "conv2d: {out_channels: 6, kernel_size: 5}", "rows")] // lanes over columns
    [InlineData("[512, 7, 7]", "conv2d: {out_channels: 512, kernel_size: 3, padding: 1}", "channels")] // the weights exceed the cache
    [InlineData("[2048]", "linear: 1024", "channels")]
    public void A_large_step_is_divided_along_what_leaves_the_least_in_common(string input, string layer, string along)
    {
        var parts = Divided(input, layer, "conv1", "linear1");
        Assert.NotEmpty(parts);
        Assert.All(parts, part => Assert.Equal(along == "rows", part.Nests[0].Items is var items && !part.Nests[0].Accesses().First(static access => access.Storage.Region == Region.Parameters && access.Storage.Name.EndsWith("weight", StringComparison.Ordinal)).DependsOn(items!)));
        Assert.InRange(parts.Sum(static part => part.Items), 4, 128);
    }

    [Fact]
    public void The_border_and_what_it_surrounds_are_parts_of_one_step()
    {
        var parts = Divided("[64, 8, 8]", "conv2d: {out_channels: 64, kernel_size: 3, padding: 1}", "conv1");
        Assert.Equal(["conv1.Forward1", "conv1.Forward2", "conv1.Forward3"], parts.Select(static part => part.Kernel));
        Assert.Single(parts.Select(static part => part.Whole).Distinct());
    }

    [Fact]
    public void Pieces_of_a_pooling_are_parts_that_run_at_once()
    {
        var parts = Divided("[16, 112, 112]", "conv2d: {out_channels: 64, kernel_size: 3, padding: 1}\n  - max_pool2d: {kernel_size: 3, stride: 2, padding: 1}", "pool1");
        Assert.Equal(4, parts.Count);
        Assert.All(parts, static part => Assert.Null(part.Turns));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n  - conv2d: {out_channels: 8, kernel_size: 3, padding: 1}")]
    public void Parts_that_read_the_same_weights_take_turns(string reader)
    {
        // Each block of channels reads its weights in the middle and at both borders: once from memory, twice from the cache. The reader has a border
        // of zeros, and its rows lie a line further apart than their pixels are long.
        var parts = Divided("[512, 8, 8]", "conv2d: {out_channels: 512, kernel_size: 3, padding: 1}" + reader, "conv1");
        Assert.Equal(3, parts.Count);
        Assert.NotNull(parts[0].Turns);
        Assert.All(parts, part => Assert.Equal((parts[0].Turns, parts[0].Turns!.Count), (part.Turns, part.Items)));
        var target = parts[0].Nests[0].Stores[0].Target.Address;
        int[] factors = [.. target.Terms.Select(static term => term.Factor).OrderDescending()];
        Assert.Equal(reader.Length > 0, factors[0] % factors[1] != 0);
    }

    [Theory]
    [InlineData(512, true)]
    [InlineData(64, false)] // the second cache keeps the weights, and threads share a batch's samples
    public void So_do_the_parts_of_an_inputs_gradient_whose_weights_come_from_memory(int channels, bool takeTurns)
    {
        string conv = $"  - conv2d: {{out_channels: {channels}, kernel_size: 3, padding: 1}}\n";
        var steps = Program($"[{channels}, 8, 8]", conv + conv).Backward.Where(static step => step.Kernel.StartsWith("conv2.InputGradient", StringComparison.Ordinal)).ToList();
        Assert.Equal(takeTurns ? 3 : 1, steps.Count);
        Assert.All(steps, step => Assert.Equal(takeTurns, step.Turns is not null));
        Assert.Single(steps.Select(static step => step.Turns).Distinct());
    }

    [Fact]
    public void Parts_whose_items_are_rows_take_no_turns()
    {
        // Rows have all weights in common.
        Assert.All(Divided("[64, 8, 8]", "conv2d: {out_channels: 64, kernel_size: 3, padding: 1}", "conv1"), static part => Assert.Null(part.Turns));
    }

    [Fact]
    public void Small_steps_stay_whole()
        => Assert.Equal(["conv1"], Program("[16, 32, 32]", "  - conv2d: {out_channels: 16, kernel_size: 3, padding: 1}\n  - global_avg_pool2d\n  - flatten\n  - linear: 10\n")
            .Predict.Where(static step => step.Whole is not null).Select(static step => step.Kernel.Split('.')[0]));

    [Fact]
    public void A_network_too_small_to_wake_a_thread_for_stays_whole()
        => Assert.DoesNotContain(Program("[16, 24, 24]", "  - conv2d: {out_channels: 16, kernel_size: 3, padding: 1}\n").Predict, static step => step.Whole is not null);

    [Fact]
    public void Points_that_read_what_others_write_stay_together()
    {
        // A group norm's statistics come in several nests of one step, each from the one before.
        var steps = Program("[64, 32, 32]", "  - group_norm: 4\n  - conv2d: {out_channels: 64, kernel_size: 3, padding: 1}\n").Predict;
        foreach (string name in (string[])["group_norm1.SampleStatistics", "group_norm1.CombineStatistics"])
        {
            var step = steps.Single(step => step.Kernel == name);
            Assert.Equal((null, 1, true), (step.Whole, step.Items, step.Nests.Count > 1));
        }

        Assert.Contains(steps, static step => step.Kernel.StartsWith("conv1", StringComparison.Ordinal) && step.Whole is not null);
    }

    [Fact]
    public void Steps_in_turns_have_memory_for_each_thread()
    {
        var program = Program("[16, 32, 32]", "  - conv2d: {out_channels: 16, kernel_size: 3, padding: 1}\n", "codegen: {winograd: auto}\n");
        var own = program.Predict.Where(static step => step.Turns is not null).SelectMany(static step => step.Arguments).Select(static argument => argument.Storage).Where(static storage => storage.IsPerThread).Distinct().ToList();
        Assert.Equal(["conv1.Forward tiles", "conv1.Forward products"], own.Select(static storage => storage.Name));
        Assert.All(own, storage => Assert.InRange(storage.PredictOffset + storage.Length, 1, program.Memory.PredictThreadLength));
    }

    [Fact]
    public void Forward_has_the_kernels_of_Predict()
    {
        var program = Program("[32, 16, 16]", "  - conv2d: {out_channels: 32, kernel_size: 3, padding: 1}\n");
        Assert.Equal(program.Predict.Select(static step => (step.Kernel, step.Items)), program.Forward.Select(static step => (step.Kernel, step.Items)));
    }

    private static List<Step> Divided(string input, string layer, params string[] names)
        => [.. Program(input, $"  - {layer}\n").Predict.Where(step => step.Whole is not null && names.Contains(step.Kernel.Split('.')[0]))];

    private static NetworkProgram Program(string input, string layers, string codegen = "")
    {
        var problems = new ProblemSink();
        var graph = NetworkGraph.Build(Networks.Resolve($"name: Net\n{codegen}input: {input}\nlayers:\n{layers}"), problems);
        Assert.False(problems.HasErrors);
        return NetworkProgram.Create(graph!);
    }
}
