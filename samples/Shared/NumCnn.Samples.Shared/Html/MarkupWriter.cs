using System.Globalization;
using System.Net;
using System.Text;

namespace NumCnn.Samples.Shared.Html;

/// <summary>
/// Writes HTML and inline SVG: elements nest by <c>using</c>, every text and attribute is escaped, numbers are invariant.
/// </summary>
public sealed class MarkupWriter
{
    private readonly StringBuilder text = new();
    private int depth;

    /// <summary>Opens an element; disposing of the result closes it.</summary>
    public Scope Element(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Indent();
        Tag(name, attributes, ">\n");
        depth++;
        return new Scope(this, name);
    }

    /// <summary>An element with text and nothing else inside.</summary>
    public void Text(string name, string content, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Indent();
        Tag(name, attributes, ">");
        text.Append(WebUtility.HtmlEncode(content)).Append("</").Append(name).Append(">\n");
    }

    /// <summary>A void element of HTML: <c>img</c>, <c>meta</c>, <c>br</c>.</summary>
    public void Void(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Indent();
        Tag(name, attributes, ">\n");
    }

    /// <summary>An element of SVG without content.</summary>
    public void Shape(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Indent();
        Tag(name, attributes, "/>\n");
    }

    /// <summary>Text that is markup already (the doctype, a style sheet): written as it is.</summary>
    public void Raw(string markup) => text.Append(markup);

    /// <summary>A coordinate or a length with at most two decimals.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A whole number with thousands separated by commas.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share of one as per cent with the given decimals.</summary>
    public static string Percent(double share, int decimals = 1)
        => (100 * share).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + " %";

    public override string ToString() => text.ToString();

    private void Indent() => text.Append(' ', 2 * depth);

    private void Tag(string name, ReadOnlySpan<(string Name, string Value)> attributes, string end)
    {
        text.Append('<').Append(name);
        foreach ((string key, string value) in attributes)
        {
            text.Append(' ').Append(key).Append("=\"").Append(WebUtility.HtmlEncode(value)).Append('"');
        }

        text.Append(end);
    }

    private void Close(string name)
    {
        depth--;
        Indent();
        text.Append("</").Append(name).Append(">\n");
    }

    /// <summary>An open element.</summary>
    public readonly ref struct Scope(MarkupWriter writer, string name)
    {
        public void Dispose() => writer.Close(name);
    }
}
