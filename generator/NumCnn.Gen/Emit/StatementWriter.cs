using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Emit;

/// <summary>Writes lowered statements as C#.</summary>
internal sealed class StatementWriter
{
    /// <summary>Lines asked for one after another in the text; more have a loop.</summary>
    private const int LinesInText = 4;

    private readonly CodeWriter _writer;
    private readonly VectorText _text;

    public StatementWriter(CodeWriter writer, VectorText text)
    {
        _writer = writer;
        _text = text;
    }

    public void Write(IEnumerable<Statement> statements)
    {
        foreach (var statement in statements)
        {
            Write(statement);
        }
    }

    private static string Notes(Code value) => string.Join("; ", OperationCode.Notes(value)) is { Length: > 0 } notes ? " // " + notes : string.Empty;

    private void Write(Statement statement)
    {
        switch (statement)
        {
            case CommentStatement comment:
                _writer.Line("// " + comment.Text);
                break;
            case DeclareStatement declare:
                Declare(declare.Names);
                break;
            case AssignStatement assign:
                _writer.Line($"{assign.Local} = {Unwrapped(_text.Write(assign.Value))};{Notes(assign.Value)}");
                break;
            case StoreStatement store:
                _writer.Line(_text.Store(store.Target, store.Value, store.IsVector) + Notes(store.Value));
                break;
            case PrefetchStatement prefetch:
                _writer.Line($"Caches.Prefetch(ref {_text.ElementAt(prefetch.Operand)});");
                break;
            case FetchStatement fetch:
                using (fetch.Variable is { } variable ? _writer.Block(FormattableString.Invariant($"if ({variable.Name} % {fetch.Multiple} == 0)")) : default(IDisposable))
                {
                    foreach (var (start, counter, lines) in fetch.Fetches)
                    {
                        WriteFetch(start, counter, lines, fetch.LineLength);
                    }
                }

                break;
            case RefStatement { Declared: { Offset: { } offset } moved }:
                _writer.Line(FormattableString.Invariant($"ref {_text.Element} {moved.Name} = ref Unsafe.Add(ref {moved.Parent!.Name}, Indices.Bounded({_text.ElementAt(offset.Number)}, {offset.Last}));"));
                break;
            case RefStatement reference:
                _writer.Line($"ref {_text.Element} {reference.Declared.Name} = ref Unsafe.Add(ref {reference.Declared.Parent!.Name}, {Moves(reference)});");
                break;
            case SampleCounterStatement counter:
                _writer.Line($"nint {counter.Variable.Name} = 0;");
                break;
            case BlockStatement block:
                using (_writer.Block(string.Empty))
                {
                    Write(block.Body);
                }

                break;
            case LoopStatement loop:
                using (_writer.Block(Header(loop)))
                {
                    if (loop.Kind == LoopKind.SampleGroups)
                    {
                        _writer.Line(FormattableString.Invariant($"nint end = Math.Min({loop.Variable.Name} + {loop.Step}, {loop.Variable.Number});"));
                    }

                    Write(loop.Body);
                }

                break;
        }
    }

    private void WriteFetch(string start, string counter, int lines, int lineLength)
    {
        if (lines > LinesInText)
        {
            using var loop = _writer.Block(FormattableString.Invariant($"for (nint {counter} = 0; {counter} < {lines * lineLength}; {counter} += {lineLength})"));
            _writer.Line($"Caches.PrefetchLater(ref Unsafe.Add(ref {start}, {counter}));");
        }
        else
        {
            for (int line = 0; line < lines; line++)
            {
                _writer.Line(line == 0 ? $"Caches.PrefetchLater(ref {start});" : FormattableString.Invariant($"Caches.PrefetchLater(ref Unsafe.Add(ref {start}, {line * lineLength}));"));
            }
        }

        _writer.Line(FormattableString.Invariant($"{start} = ref Unsafe.Add(ref {start}, {lines * lineLength});"));
    }

    private void Declare(IReadOnlyList<string> names)
    {
        for (int start = 0; start < names.Count; start += 16)
        {
            _writer.Line($"{_text.Local} {string.Join(", ", names.Skip(start).Take(16))};");
        }
    }

    private string Header(LoopStatement loop)
    {
        string name = loop.Variable.Name;
        return loop.Kind switch
        {
            LoopKind.Lanes => FormattableString.Invariant($"for (nint {name} = 0; {name} < {loop.End}; {name} += {Vectors(loop.Step)})"),
            LoopKind.SampleTiles when loop.Step > 1 => FormattableString.Invariant($"for (; {name} + {loop.Step} <= {loop.Variable.Number}; {name} += {loop.Step})"),
            LoopKind.SampleTiles => $"for (; {name} < {loop.Variable.Number}; {name}++)",
            LoopKind.Samples when loop.Group is { } group => $"for (nint {name} = {group.Name}, {loop.Variable.Offset} = {group.Name} * pitch; {name} < end; {name}++, {loop.Variable.Offset} += pitch)",
            LoopKind.Samples => $"for (nint {name} = 0, {loop.Variable.Offset} = 0; {name} < {loop.Variable.Number}; {name}++, {loop.Variable.Offset} += pitch)",
            LoopKind.SampleGroups => FormattableString.Invariant($"for (nint {name} = 0; {name} < {loop.Variable.Number}; {name} += {loop.Step})"),
            LoopKind.Clipped => $"for (nint {name} = {Clipped("Max", loop.Start, loop.ClippedStart)}; {name} < {Clipped("Min", loop.End, loop.ClippedEnd)}; {name}++)",
            LoopKind.Items => $"for (nint {name} = from; {name} < to; {name}++)",
            _ => FormattableString.Invariant($"for (nint {name} = {loop.Start}; {name} < {loop.End}; {name}{(loop.Step == 1 ? "++" : FormattableString.Invariant($" += {loop.Step}"))})"),
        };
    }

    private static string Clipped(string bound, int value, ClippedEnd? end)
    {
        if (end is null)
        {
            return FormattableString.Invariant($"{value}");
        }

        // A sum begins with what is added.
        string sum = string.Empty;
        var terms = end.Terms.Select(static term => (Text: Math.Abs(term.Factor) == 1 ? term.Variable.Name : FormattableString.Invariant($"({term.Variable.Name} * {Math.Abs(term.Factor)})"), IsAdded: term.Factor > 0))
            .Append((Text: FormattableString.Invariant($"{Math.Abs(end.Constant)}"), IsAdded: end.Constant >= 0));
        foreach (var (text, isAdded) in terms.Where(static term => term.Text != "0").OrderByDescending(static term => term.IsAdded))
        {
            sum = sum.Length > 0 ? $"{sum} {(isAdded ? "+" : "-")} {text}" : isAdded ? text : "-" + text;
        }

        return FormattableString.Invariant($"Math.{bound}({value}, {(end.Divisor == 1 ? sum : $"({sum}) / {end.Divisor}")})");
    }

    private string Vectors(int count)
    {
        string width = _text.Local + ".Count";
        return count == 1 ? width : FormattableString.Invariant($"{count} * {width}");
    }

    private static string Moves(RefStatement reference)
    {
        var terms = new List<string>();
        foreach (var (variable, factor) in reference.Moves)
        {
            if (variable.IsSample)
            {
                terms.Add(variable.Offset.Length > 0 ? variable.Offset : $"{variable.Name} * pitch");
            }
            else
            {
                terms.Add(factor == 1 ? variable.Name : FormattableString.Invariant($"{variable.Name} * {factor}"));
            }
        }

        int samples = reference.Declared.SampleOffset - reference.Declared.Parent!.SampleOffset;
        if (samples > 0)
        {
            terms.Add(samples == 1 ? "pitch" : FormattableString.Invariant($"{samples} * pitch"));
        }

        return terms.Count == 1 ? terms[0] : string.Join(" + ", terms.Select(static term => term.Contains('*') ? $"({term})" : term));
    }

    private static string Unwrapped(string text)
    {
        // A sum stands in parentheses wherever it is part of more; alone it needs none.
        if (text.Length < 2 || text[0] != '(' || text[text.Length - 1] != ')')
        {
            return text;
        }

        int depth = 0;
        for (int i = 0; i < text.Length - 1; i++)
        {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (depth == 0)
            {
                return text;
            }
        }

        return text.Substring(1, text.Length - 2);
    }
}
