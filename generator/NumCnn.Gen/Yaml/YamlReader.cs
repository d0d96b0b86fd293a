using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Spec;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NumCnn.Gen.Yaml;

/// <summary>
/// Text to a located tree. It consumes the parser's events one by one, so that aliases, depth and size are refused before
/// anything is built from them. No other folder names YamlDotNet.
/// </summary>
internal sealed class YamlReader
{
    public const int LengthLimit = 1 << 20;
    public const int DepthLimit = 64;

    private const char ByteOrderMark = '\uFEFF';

    private readonly string _text;

    // The parser would take a byte order mark for the first key's first letter.
    private readonly int _skipped;
    private readonly IParser _parser;
    private readonly ProblemList _problems;

    private YamlReader(string text, ProblemList problems)
    {
        _text = text;
        _problems = problems;
        _skipped = text.Length > 0 && text[0] == ByteOrderMark ? 1 : 0;
        _parser = new Parser(new StringReader(text.Substring(_skipped)));
    }

    /// <summary>The file's only document; null if there is none or if it cannot be read, which is then among the problems.</summary>
    public static YamlNode? Read(string text, ProblemList problems)
    {
        if (text.Length > LengthLimit)
        {
            problems.Add(Rules.TooLarge, default, FormattableString.Invariant($"The file has {text.Length:N0} characters; the limit is {LengthLimit:N0}"));
            return null;
        }

        var reader = new YamlReader(text, problems);
        try
        {
            return reader.ReadStream();
        }
        catch (RefusedException)
        {
            return null;
        }
        catch (YamlException exception)
        {
            problems.Add(Rules.Syntax, reader.FirstLine(reader.SpanOf(exception.Start, exception.End)), OneLine(exception.Message));
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException or FormatException or OverflowException)
        {
            // The parser throws these for some texts, such as a bracket that is never closed: still the text's fault.
            var end = reader._parser.Current is { } last ? reader.Clamp(last.End.Index) : 0;
            problems.Add(Rules.Syntax, new(end, 0), "it cannot be understood from here on; perhaps a bracket or a quote is not closed");
            return null;
        }
    }

    private YamlNode? ReadStream()
    {
        _parser.MoveNext();
        YamlNode? root = null;
        while (_parser.MoveNext())
        {
            if (_parser.Current is DocumentStart start)
            {
                if (root is not null)
                {
                    throw Refuse(Rules.SeveralDocuments, FirstLine(SpanOf(start.Start, start.End)));
                }

                Advance();
                root = ReadNode(0);
            }
        }

        return root;
    }

    private YamlNode ReadNode(int depth)
    {
        var current = _parser.Current!;
        var span = SpanOf(current.Start, current.End);
        if (current is AnchorAlias alias)
        {
            throw Refuse(Rules.UnsupportedYaml, span, "Aliases", "*" + YamlScalar.Show(alias.Value.Value));
        }

        if (current is NodeEvent node)
        {
            if (!node.Anchor.IsEmpty)
            {
                throw Refuse(Rules.UnsupportedYaml, FirstLine(span), "Anchors", "&" + YamlScalar.Show(node.Anchor.Value));
            }

            if (!node.Tag.IsEmpty)
            {
                throw Refuse(Rules.UnsupportedYaml, FirstLine(span), "Tags", node.Tag.IsNonSpecific ? "!" : YamlScalar.Show(node.Tag.Value));
            }
        }

        if (depth > DepthLimit)
        {
            throw Refuse(Rules.TooLarge, FirstLine(span), FormattableString.Invariant($"The file nests deeper than {DepthLimit} levels"));
        }

        switch (current)
        {
            case Scalar scalar:
                return new YamlScalar(scalar.Value, scalar.Style == ScalarStyle.Plain, scalar.Value.Length == 0 ? span : FirstLine(span));
            case SequenceStart:
                return ReadList(span, depth);
            case MappingStart:
                return ReadMap(span, depth);
            default:
                throw Refuse(Rules.Syntax, span, "a value is expected");
        }
    }

    private YamlList ReadList(SourceSpan start, int depth)
    {
        var items = new List<YamlNode>();
        for (Advance(); _parser.Current is not SequenceEnd; Advance())
        {
            items.Add(ReadNode(depth + 1));
        }

        return new(items, FirstLine(SourceSpan.FromBounds(start.Start, SpanOf(_parser.Current).End)));
    }

    private YamlMap ReadMap(SourceSpan start, int depth)
    {
        var entries = new List<YamlEntry>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (Advance(); _parser.Current is not MappingEnd; Advance())
        {
            if (ReadNode(depth + 1) is not YamlScalar key)
            {
                throw Refuse(Rules.Syntax, start, "a key has to be a word");
            }

            Advance();
            var value = ReadNode(depth + 1);
            if (keys.Add(key.Text))
            {
                entries.Add(new(key, value));
            }
            else
            {
                _problems.Add(Rules.DuplicateKey, key.Span, YamlScalar.Show(key.Text));
            }
        }

        return new(entries, FirstLine(SourceSpan.FromBounds(start.Start, SpanOf(_parser.Current).End)));
    }

    private static string OneLine(string message) => message.Replace("\r", "").Replace("\n", " ");

    private void Advance()
    {
        if (!_parser.MoveNext())
        {
            throw Refuse(Rules.Syntax, new(_text.Length, 0), "the file ends too early");
        }
    }

    private RefusedException Refuse(Microsoft.CodeAnalysis.DiagnosticDescriptor rule, SourceSpan span, params string[] args)
    {
        _problems.Add(rule, span, args);
        return new RefusedException();
    }

    private SourceSpan SpanOf(ParsingEvent parsingEvent) => SpanOf(parsingEvent.Start, parsingEvent.End);

    // Only the index of a mark is used: lines and columns are Roslyn's to count.
    private SourceSpan SpanOf(Mark start, Mark end) => SourceSpan.FromBounds(Clamp(start.Index), Clamp(end.Index));

    private int Clamp(long index) => (int)Math.Min(Math.Max(index + _skipped, 0), _text.Length);

    /// <summary>The part of a span on its first line: a block's end lies somewhere before the next key, behind comments and blank lines.</summary>
    private SourceSpan FirstLine(SourceSpan span)
    {
        var end = span.Start;
        while (end < span.End && _text[end] is not ('\n' or '\r'))
        {
            end++;
        }

        while (end > span.Start && char.IsWhiteSpace(_text[end - 1]))
        {
            end--;
        }

        return SourceSpan.FromBounds(span.Start, end);
    }

#pragma warning disable CA1032, RCS1194 // Never leaves this class, and says nothing: the problem is already listed.
    private sealed class RefusedException : Exception;
#pragma warning restore CA1032, RCS1194
}
