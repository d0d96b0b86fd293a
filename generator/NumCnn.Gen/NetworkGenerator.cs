using Microsoft.CodeAnalysis;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen;

/// <summary>
/// The pipeline, and nothing else: Files → Spec → Network → Graph → Emit, with Diagnostics and Duplicates beside it.
/// Every step's value is equatable. Places in the file end at Network, so what lies behind it is reused while only lines move.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class NetworkGenerator : IIncrementalGenerator
{
    internal const string FilesStep = "Files";
    internal const string SpecStep = "Spec";
    internal const string NetworkStep = "Network";
    internal const string GraphStep = "Graph";
    internal const string EmitStep = "Emit";
    internal const string DuplicatesStep = "Duplicates";
    internal const string DiagnosticsStep = "Diagnostics";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // A project may list a file twice, by a glob and by name; it is one network all the same.
        var files = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, cancellation) => NetworkFiles.Read(pair.Left, pair.Right, cancellation))
            .Where(static file => file is not null)
            .Collect()
            .SelectMany(static (all, _) => all.GroupBy(static file => file!.Path, StringComparer.Ordinal).Select(static same => same.First()!))
            .WithTrackingName(FilesStep);

        var specs = files.Select(static (file, _) => Stages.Read(file)).WithTrackingName(SpecStep);

        var networks = specs
            .Where(static result => result.Network is not null)
            .Select(static (result, _) => new Network(result.File.Path, result.Network!))
            .WithTrackingName(NetworkStep);

        var duplicates = networks
            .Select(static (network, _) => (network.Path, ClassName: network.Spec.Namespace.Length == 0 ? network.Spec.Name : network.Spec.Namespace + "." + network.Spec.Name))
            .Collect()
            .Select(static (all, _) => Stages.FindDuplicates(all))
            .WithTrackingName(DuplicatesStep);

        var graphs = networks.Select(static (network, _) => Stages.Check(network)).WithTrackingName(GraphStep);

        var emits = graphs
            .Where(static graph => graph.Checked is not null)
            .Select(static (graph, _) => Stages.Emit(graph.Path, graph.Checked!))
            .WithTrackingName(EmitStep);

        var diagnostics = specs
            .Combine(graphs.Collect())
            .Combine(emits.Collect())
            .Combine(duplicates)
            .Select(static (all, _) => Stages.Locate(all.Left.Left.Left, all.Left.Left.Right, all.Left.Right, all.Right))
            .WithTrackingName(DiagnosticsStep);

        context.RegisterSourceOutput(diagnostics, static (output, problems) =>
        {
            foreach (var problem in problems)
            {
                output.ReportDiagnostic(problem.ToDiagnostic());
            }
        });

        context.RegisterSourceOutput(emits.Combine(duplicates), static (output, pair) =>
        {
            if (pair.Right.All(duplicate => duplicate.Path != pair.Left.Path))
            {
                foreach (var (hintName, text) in pair.Left.Sources)
                {
                    output.AddSource(hintName, text);
                }
            }
        });
    }
}
