using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Diagnostics;

/// <summary>A range of characters of the file. Only turned into a Roslyn location when a diagnostic is reported.</summary>
internal readonly record struct SourceSpan(int Start, int Length)
{
    public int End => Start + Length;

    public static SourceSpan FromBounds(int start, int end) => new(start, Math.Max(0, end - start));
}

/// <summary>A rule that the file breaks, with the place and the message's values.</summary>
internal sealed record Problem(DiagnosticDescriptor Rule, SourceSpan Span, EquatableArray<string> Args)
{
    public bool IsError => Rule.DefaultSeverity == DiagnosticSeverity.Error;

    public LocatedProblem Locate(string path, SourceText text)
    {
        // Clamped: a parser's mark may lie behind the last character.
        var start = Math.Min(Math.Max(Span.Start, 0), text.Length);
        var end = Math.Min(Math.Max(Span.End, start), text.Length);
        var span = TextSpan.FromBounds(start, end);
        return new LocatedProblem(this, path, span, text.Lines.GetLinePositionSpan(span));
    }
}

/// <summary>A problem whose lines and columns are known by Roslyn's own line table, so that the editor agrees.</summary>
internal sealed record LocatedProblem(Problem Problem, string Path, TextSpan Span, LinePositionSpan Lines)
{
    public Diagnostic ToDiagnostic()
    {
        object[] args = [.. Problem.Args];
        return Diagnostic.Create(Problem.Rule, Location.Create(Path, Span, Lines), args);
    }
}
