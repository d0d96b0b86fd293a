using System.Text;

namespace NumCnn.Gen.Emit;

/// <summary>Text with indentation; lines end with '\n' on every host.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public CodeWriter(int depth = 0) => _depth = depth;

    public void Line(string text = "")
    {
        if (text.Length > 0)
        {
            _text.Append(' ', 4 * _depth).Append(text);
        }

        _text.Append('\n');
    }

    /// <summary>Finished text, as it is.</summary>
    public void Raw(string text) => _text.Append(text);

    /// <summary>A header, and a block in braces until the result is disposed of.</summary>
    public Scope Block(string header, string end = "}")
    {
        if (header.Length > 0)
        {
            Line(header);
        }

        Line("{");
        _depth++;
        return new Scope(this, end);
    }

    /// <summary>Lines one step further in until the result is disposed of.</summary>
    public Scope Indented()
    {
        _depth++;
        return new Scope(this, string.Empty);
    }

    public override string ToString() => _text.ToString();

    internal readonly struct Scope(CodeWriter writer, string end) : IDisposable
    {
        public void Dispose()
        {
            writer._depth--;
            if (end.Length > 0)
            {
                writer.Line(end);
            }
        }
    }
}
