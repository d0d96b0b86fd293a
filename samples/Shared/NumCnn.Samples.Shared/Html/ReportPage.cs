using System.Text;

namespace NumCnn.Samples.Shared.Html;

/// <summary>
/// One page that opens offline: its style sheet, pictures and charts are inside, and it needs no script.
/// Follows the reader's light or dark preference and reads from phone width up.
/// </summary>
public sealed class ReportPage
{
    private readonly MarkupWriter body = new();

    /// <summary>A page with its heading, a line below it, and tiles of key figures (label, value).</summary>
    public ReportPage(string title, string summary, params ReadOnlySpan<(string Label, string Value)> figures)
    {
        Title = title;
        using (body.Element("header"))
        {
            body.Text("h1", title);
            body.Text("p", summary, ("class", "lead"));
            using (body.Element("dl", ("class", "tiles")))
            {
                foreach ((string label, string value) in figures)
                {
                    using (body.Element("div"))
                    {
                        body.Text("dt", label);
                        body.Text("dd", value);
                    }
                }
            }
        }
    }

    public string Title { get; }

    /// <summary>A section: a heading, a paragraph that says how to read it, then what <paramref name="content"/> writes.</summary>
    public void Section(string heading, string explanation, Action<MarkupWriter> content)
    {
        using (body.Element("section"))
        {
            body.Text("h2", heading);
            body.Text("p", explanation);
            content(body);
        }
    }

    /// <summary>The whole page.</summary>
    public override string ToString()
    {
        var page = new MarkupWriter();
        page.Raw("<!DOCTYPE html>\n");
        using (page.Element("html", ("lang", "en")))
        {
            using (page.Element("head"))
            {
                page.Void("meta", ("charset", "utf-8"));
                page.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
                page.Void("meta", ("name", "color-scheme"), ("content", "light dark"));
                page.Text("title", Title);
                using (page.Element("style"))
                {
                    page.Raw(StyleSheet());
                }
            }

            using (page.Element("body"))
            using (page.Element("main"))
            {
                page.Raw(body.ToString());
            }
        }

        return page.ToString();
    }

    /// <summary>Writes the page; an older file is replaced in one step, so that an interrupted save leaves it whole.</summary>
    public void Save(string path)
    {
        string temporary = path + ".tmp";
        File.WriteAllText(temporary, ToString(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(temporary, path, overwrite: true);
    }

    private static string StyleSheet()
    {
        using Stream stream = typeof(ReportPage).Assembly.GetManifestResourceStream("report.css")
            ?? throw new InvalidOperationException("The style sheet report.css is not embedded in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
