using Microsoft.CodeAnalysis;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Diagnostics;

/// <summary>
/// A problem of the resolved network, said of a layer and perhaps of one of its keys rather than of a place in the file:
/// the stages behind Spec know no positions, and <see cref="SpecSpans"/> finds them at the end.
/// </summary>
internal sealed record NetworkProblem(DiagnosticDescriptor Rule, int Layer, string? Option, EquatableArray<string> Args)
{
    public bool IsError => Rule.DefaultSeverity == DiagnosticSeverity.Error;
}

/// <summary>Collects the problems of the stages behind Spec.</summary>
internal sealed class ProblemSink
{
    /// <summary>The layer of a problem that concerns the whole network; its option is then a top-level key such as <c>input</c> or <c>loss</c>.</summary>
    public const int Network = -1;

    private readonly List<NetworkProblem> _problems = [];

    public bool HasErrors { get; private set; }

    public EquatableArray<NetworkProblem> Problems => _problems.ToEquatableArray();

    /// <param name="rule">A rule of <see cref="Rules"/>.</param>
    /// <param name="layer">Index into the network's layers, or <see cref="Network"/>.</param>
    /// <param name="option">The key that the problem is about; null for the layer as a whole.</param>
    /// <param name="args">The values of the message's placeholders.</param>
    public void Add(DiagnosticDescriptor rule, int layer, string? option, params string[] args)
    {
        var problem = new NetworkProblem(rule, layer, option, new(args));
        HasErrors |= problem.IsError;
        _problems.Add(problem);
    }
}
