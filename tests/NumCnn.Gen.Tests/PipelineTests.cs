using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using NumCnn.Gen.Tests.Support;
using static Microsoft.CodeAnalysis.IncrementalStepRunReason;

namespace NumCnn.Gen.Tests;

/// <summary>Which steps run again after which edit: exactly, for every named step.</summary>
public class PipelineTests
{
    private const string File = "lenet.network.yaml";
    private const string Other = "other.network.yaml";

    [Fact]
    public void A_first_run_makes_everything()
    {
        var host = new GeneratorHost((File, Networks.LeNet5));

        Assert.Equal(
            Steps(files: [New], spec: [New], network: [New], graph: [New], emit: [New], duplicates: [New], diagnostics: [New]),
            Reasons(host.Run()));
    }

    [Fact]
    public void An_edit_of_unrelated_code_runs_nothing()
    {
        var host = new GeneratorHost((File, Networks.LeNet5));
        host.Run();
        host.EditUnrelatedCode();

        Assert.Equal(
            Steps(files: [Cached], spec: [Cached], network: [Cached], graph: [Cached], emit: [Cached], duplicates: [Cached], diagnostics: [Cached]),
            Reasons(host.Run()));
    }

    [Fact]
    public void A_comment_stops_before_the_graph()
    {
        var host = new GeneratorHost((File, Networks.LeNet5));
        host.Run();
        host.Edit(File, text => "# a comment that moves every line\n" + text);

        Assert.Equal(
            Steps(files: [Modified], spec: [Modified], network: [Unchanged], graph: [Cached], emit: [Cached], duplicates: [Cached], diagnostics: [Unchanged]),
            Reasons(host.Run()));
    }

    [Fact]
    public void A_default_written_out_stops_before_the_graph_too()
    {
        var host = new GeneratorHost((File, Networks.LeNet5));
        host.Run();
        host.Edit(File, text => text.Replace("- linear: 120", "- linear: {out_features: 120}", StringComparison.Ordinal));

        Assert.Equal([Cached], Reasons(host.Run())[NetworkGenerator.EmitStep]);
    }

    [Fact]
    public void An_edit_of_the_meaning_runs_everything_but_the_search_for_duplicates()
    {
        var host = new GeneratorHost((File, Networks.LeNet5));
        host.Run();
        host.Edit(File, text => text.Replace("- linear: 120", "- linear: 84", StringComparison.Ordinal));

        Assert.Equal(
            Steps(files: [Modified], spec: [Modified], network: [Modified], graph: [Modified], emit: [Modified], duplicates: [Cached], diagnostics: [Unchanged]),
            Reasons(host.Run()));
    }

    [Fact]
    public void One_network_does_not_touch_another()
    {
        var host = new GeneratorHost((File, Networks.LeNet5), (Other, Networks.Residual));
        host.Run();
        host.Edit(File, text => text.Replace("- linear: 120", "- linear: 84", StringComparison.Ordinal));
        var reasons = Reasons(host.Run());

        Assert.Equal([Modified, Unchanged], reasons[NetworkGenerator.FilesStep]);
        Assert.Equal([Modified, Cached], reasons[NetworkGenerator.SpecStep]);
        Assert.Equal([Modified, Cached], reasons[NetworkGenerator.GraphStep]);
        Assert.Equal([Modified, Cached], reasons[NetworkGenerator.EmitStep]);
    }

    [Fact]
    public void A_diagnostic_moves_with_its_line()
    {
        var host = new GeneratorHost((File, Networks.LeNet5.Replace("kernel_size: 5}", "kernel: 5}", StringComparison.Ordinal)));
        var before = host.Run().Diagnostics.Select(GeneratorHost.Show).ToArray();
        host.Edit(File, text => "\n" + text);
        var after = host.Run().Diagnostics.Select(GeneratorHost.Show).ToArray();

        Assert.Equal(["(11,5)", "(11,32)"], before.Select(Place));
        Assert.Equal(["(12,5)", "(12,32)"], after.Select(Place));

        static string Place(string line) => line[..line.IndexOf(':', StringComparison.Ordinal)];
    }

    [Fact]
    public void Only_marked_files_are_read()
    {
        var options = new NetworkOptions();
        options.OfFiles.Clear();
        var result = new GeneratorHost(options, (File, "not a network")).Run();

        Assert.Empty(result.Diagnostics);
        Assert.Empty(result.GeneratedSources);
    }

    [Fact]
    public void A_file_listed_twice_is_one_network()
    {
        var result = new GeneratorHost((File, Networks.LeNet5), (File, Networks.LeNet5)).Run();

        Assert.Null(result.Exception);
        Assert.Empty(result.Diagnostics);
        Assert.NotEmpty(result.GeneratedSources);
    }

    [Fact]
    public void A_second_file_of_a_class_is_an_error_and_the_first_stays()
    {
        var result = new GeneratorHost(("b.network.yaml", Networks.LeNet5), ("a.network.yaml", Networks.LeNet5)).Run();

        Assert.Null(result.Exception);
        var problem = Assert.Single(result.Diagnostics);
        Assert.Equal("NCG0105", problem.Id);
        Assert.EndsWith("b.network.yaml", problem.Location.GetLineSpan().Path, StringComparison.Ordinal);
        Assert.NotEmpty(result.GeneratedSources);
    }

    [Fact]
    public void A_failure_of_the_generator_is_a_diagnostic()
    {
        // No file can make a stage throw, as far as known, so a broken value stands in.
        var result = Stages.Read(new("network.yaml", Networks.LeNet5, Namespace: null!, "Name"));

        Assert.Equal("NCG0900", Assert.Single(result.Problems).Rule.Id);
    }

    private static Dictionary<string, IncrementalStepRunReason[]> Reasons(GeneratorRunResult result)
    {
        Assert.Null(result.Exception);
        string[] names =
        [
            NetworkGenerator.FilesStep, NetworkGenerator.SpecStep, NetworkGenerator.NetworkStep, NetworkGenerator.GraphStep,
            NetworkGenerator.EmitStep, NetworkGenerator.DuplicatesStep, NetworkGenerator.DiagnosticsStep,
        ];
        return names.ToDictionary(name => name, name => result.TrackedSteps[name].SelectMany(step => step.Outputs).Select(output => output.Reason).ToArray());
    }

    private static Dictionary<string, IncrementalStepRunReason[]> Steps(
        IncrementalStepRunReason[] files,
        IncrementalStepRunReason[] spec,
        IncrementalStepRunReason[] network,
        IncrementalStepRunReason[] graph,
        IncrementalStepRunReason[] emit,
        IncrementalStepRunReason[] duplicates,
        IncrementalStepRunReason[] diagnostics) => new()
        {
            [NetworkGenerator.FilesStep] = files,
            [NetworkGenerator.SpecStep] = spec,
            [NetworkGenerator.NetworkStep] = network,
            [NetworkGenerator.GraphStep] = graph,
            [NetworkGenerator.EmitStep] = emit,
            [NetworkGenerator.DuplicatesStep] = duplicates,
            [NetworkGenerator.DiagnosticsStep] = diagnostics,
        };
}
