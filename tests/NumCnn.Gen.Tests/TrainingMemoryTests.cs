using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>What training keeps of each sample, what stays with the thread, and what Backward computes again.</summary>
public class TrainingMemoryTests
{
    private const string Conv = "  - conv2d: {out_channels: 16, kernel_size: 3, padding: 1, bias: false}\n";
    private const string Residual = Conv + "  - batch_norm2d\n  - relu: {name: a}\n" + Conv + "  - batch_norm2d: {name: b}\n  - add: {from: [a, b]}\n" + Conv;
    private const string Norm = "  - batch_norm2d\n  - relu\n";

    [Fact]
    public void What_Backward_reads_is_kept_and_what_one_stage_needs_alone_is_not()
    {
        var program = Program(Conv + Conv);
        Assert.Equal(["input", "conv1"], Kept(program));
        Assert.Equal(["conv2", "dconv1", "dconv2", "dinput"], Transient(program).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_dense_layer_takes_all_samples_at_once_so_that_each_keeps_its_own()
    {
        var program = Program(Conv + "  - flatten\n  - linear: 4\n");
        Assert.Contains("conv1", Kept(program));
        Assert.Contains("dlinear1", Kept(program));
        Assert.Contains("dconv1", Kept(program));
    }

    [Fact]
    public void Backward_computes_what_a_batch_norm_made_of_what_is_kept_again()
    {
        var program = Program(Conv + Norm + Conv + Norm + Conv);
        Assert.Equal(["batch_norm2", "batch_norm1"], Again(program.Backward));
        Assert.Empty(Again(program.Forward));
        Assert.DoesNotContain("relu1", Kept(program));
        Assert.Contains("relu1", Transient(program));
        Assert.Contains("relu1 again", Transient(program));
        Assert.Contains("conv1", Kept(program));
    }

    [Fact]
    public void What_the_user_wants_to_see_is_kept()
        => Assert.Empty(Again(Program(Conv + "  - batch_norm2d\n  - relu: {keep: true}\n" + Conv).Backward));

    [Fact]
    public void Forward_computes_a_shortcut_again_where_it_is_added()
    {
        var program = Program(Residual);
        Assert.Equal(["batch_norm1"], Again(program.Forward));
        Assert.Equal(["batch_norm1"], Again(program.Backward));
        Assert.DoesNotContain("a", Kept(program));
    }

    [Fact]
    public void A_sum_of_values_that_are_not_kept_is_kept()
        => Assert.Contains("add1", Kept(Program(Residual)));

    [Fact]
    public void The_gradient_of_a_sum_is_that_of_its_summands()
    {
        var program = Program(Residual);
        Assert.DoesNotContain(program.Backward, step => step.Kernel == "add1.Backward");
        Assert.DoesNotContain(program.Backward, step => step.Arguments.Any(argument => argument.Storage.Name is "da" or "db"));
    }

    [Fact]
    public void A_summand_whose_gradient_grows_while_the_sums_is_read_has_its_own()
    {
        // a's gradient takes conv3's before the other summand's has been used.
        var program = Program(Conv + "  - relu: {name: a}\n" + Conv + "  - relu: {name: b}\n  - add: {name: sum, from: [a, b]}\n  - conv2d: {from: a, name: side, out_channels: 16, kernel_size: 1}\n  - add: {from: [sum, side]}\n");
        Assert.Contains(program.Backward, step => step.Arguments.Any(argument => argument.Storage.Name == "da"));
    }

    [Fact]
    public void A_slice_of_a_gradient_is_copied()
    {
        // Eight channels take as much room as the sixteen of which they are a half.
        string half = "  - conv2d: {from: input, out_channels: 8, kernel_size: 1, name: ";
        var program = Program(half + "a}\n" + half + "b}\n  - concat: {from: [a, b]}\n" + Conv);
        Assert.Contains(program.Backward, step => step.Arguments.Any(argument => argument.Storage.Name == "da"));
        Assert.Contains(program.Backward, step => step.Arguments.Any(argument => argument.Storage.Name == "db"));
    }

    [Fact]
    public void A_value_added_to_itself_gets_the_gradient_twice()
        => Assert.Contains(Program(Conv + "  - add: {from: [conv1, conv1]}\n").Backward, step => step.Kernel == "add1.Backward");

    [Fact]
    public void A_long_function_is_not_computed_twice()
        => Assert.Empty(Again(Program(Conv + "  - batch_norm2d\n  - tanh\n" + Conv).Backward));

    [Fact]
    public void A_value_that_is_computed_again_itself_is_no_source()
        => Assert.Equal(["batch_norm1"], Again(Program(Conv + "  - batch_norm2d\n  - relu: {name: a}\n  - add: {from: [a, a]}\n" + Conv).Backward));

    private static NetworkProgram Program(string layers) => NetworkProgram.Create(Graph($"name: Net\ninput: [16, 8, 8]\nlayers:\n{layers}"));

    private static NetworkGraph Graph(string yaml)
    {
        var problems = new ProblemSink();
        var graph = NetworkGraph.Build(Networks.Resolve(yaml), problems);
        Assert.False(problems.HasErrors);
        return graph!;
    }

    private static string SnapshotYaml(string name) => Snapshots.SnapshotNetworks.Yaml(name);

    private static List<string> Kept(NetworkProgram program) => Names(program, transient: false);

    private static List<string> Transient(NetworkProgram program) => Names(program, transient: true);

    private static List<string> Again(IReadOnlyList<Step> steps) => [.. steps.Where(step => step.Remark is not null).Select(step => step.Kernel.Split('.')[0])];

    private static List<string> Names(NetworkProgram program, bool transient)
        => [.. program.Forward.Concat(program.Backward).SelectMany(step => step.Arguments).Select(argument => argument.Storage).Where(storage => storage.Region == Region.Sample && storage.IsTransient == transient).Distinct().Select(storage => storage.Name)];
}
