using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Text;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen;

/// <summary>A network as the stages behind Spec see it: its meaning, without the places of its keys. The path only tells files apart.</summary>
internal sealed record Network(string Path, NetworkSpec Spec);

/// <summary>A network whose shapes were checked; <see cref="Checked"/> is null if it cannot be generated.</summary>
internal sealed record GraphResult(string Path, NetworkSpec? Checked, EquatableArray<NetworkProblem> Problems);

/// <summary>A network's source files; the problem is the last resort's.</summary>
internal sealed record EmitResult(string Path, EquatableArray<(string HintName, string Text)> Sources, NetworkProblem? Problem);

/// <summary>A network whose class another file describes already.</summary>
internal sealed record Duplicate(string Path, string ClassName, string OtherFile);

/// <summary>
/// The stages as the pipeline's steps: a stage that throws becomes a diagnostic of its file instead of taking every network with it.
/// </summary>
internal static class Stages
{
    public static SpecResult Read(NetworkFile file)
    {
        try
        {
            return SpecStage.Read(file);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new(file, null, null, [new Problem(Rules.InternalError, default, [Show(exception)])]);
        }
    }

    public static GraphResult Check(Network network)
    {
        var problems = new ProblemSink();
        try
        {
            var good = GraphStage.Check(network.Spec, problems) && !problems.HasErrors;
            return new(network.Path, good ? network.Spec : null, problems.Problems);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new(network.Path, null, [.. problems.Problems, InternalError(exception)]);
        }
    }

    public static EmitResult Emit(string path, NetworkSpec network)
    {
        try
        {
            return new(path, EmitStage.Generate(network), null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new(path, default, InternalError(exception));
        }
    }

    /// <summary>The networks whose full class name another one has too. Names that differ in case only are also refused: their files would be one on some disks.</summary>
    public static EquatableArray<Duplicate> FindDuplicates(ImmutableArray<(string Path, string ClassName)> networks)
    {
        var firsts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var duplicates = new List<Duplicate>();
        foreach (var (path, className) in networks.OrderBy(network => network.Path, StringComparer.Ordinal))
        {
            if (firsts.TryGetValue(className, out var first))
            {
                duplicates.Add(new(path, className, Path.GetFileName(first)));
            }
            else
            {
                firsts.Add(className, path);
            }
        }

        return duplicates.ToEquatableArray();
    }

    /// <summary>All problems of one file, of every stage, with their places.</summary>
    public static EquatableArray<LocatedProblem> Locate(SpecResult spec, ImmutableArray<GraphResult> graphs, ImmutableArray<EmitResult> emits, EquatableArray<Duplicate> duplicates)
    {
        var path = spec.File.Path;
        IEnumerable<Problem> problems = spec.Problems;
        if (spec.Spans is { } spans)
        {
            var later = graphs.Where(graph => graph.Path == path).SelectMany(graph => graph.Problems)
                .Concat(emits.Where(emit => emit.Path == path && emit.Problem is not null).Select(emit => emit.Problem!))
                .Concat(duplicates.Where(duplicate => duplicate.Path == path).Select(ToProblem));
            problems = problems.Concat(later.Select(spans.Locate));
        }

        var found = problems.ToArray();
        if (found.Length == 0)
        {
            return default;
        }

        var text = SourceText.From(spec.File.Text ?? "");
        return found.Select(problem => problem.Locate(path, text)).ToEquatableArray();
    }

    private static NetworkProblem ToProblem(Duplicate duplicate)
        => new(Rules.DuplicateClass, ProblemSink.Network, null, [duplicate.ClassName, duplicate.OtherFile]);

    private static NetworkProblem InternalError(Exception exception) => new(Rules.InternalError, ProblemSink.Network, null, [Show(exception)]);

    // One line: a diagnostic's message has no other.
    private static string Show(Exception exception) => exception.ToString().Replace("\r", "").Replace("\n", " | ");
}
