using Microsoft.CodeAnalysis;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Diagnostics;

/// <summary>The problems of one file as it is read, up to a number that nobody reads further than.</summary>
internal sealed class ProblemList
{
    public const int Limit = 100;

    private readonly List<Problem> _problems = [];

    public bool HasErrors { get; private set; }

    /// <summary>True if no more will be kept: loops over a file's content end then, so that a bad file costs no more than a good one.</summary>
    public bool IsFull => _problems.Count >= Limit;

    public void Add(DiagnosticDescriptor rule, SourceSpan span, params string[] args)
    {
        var problem = new Problem(rule, span, new(args));
        HasErrors |= problem.IsError;
        if (!IsFull)
        {
            _problems.Add(problem);
        }
    }

    /// <summary>In the order of the file.</summary>
    public EquatableArray<Problem> ToEquatableArray()
        => _problems.OrderBy(problem => problem.Span.Start).ThenBy(problem => problem.Rule.Id, StringComparer.Ordinal).ToEquatableArray();
}
