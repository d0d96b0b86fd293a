using NumCnn.Gen.Diagnostics;

namespace NumCnn.Gen.Yaml;

/// <summary>A node of the file with its place.</summary>
internal abstract class YamlNode(SourceSpan span)
{
    public SourceSpan Span { get; } = span;

    /// <summary>The node as a message shows it.</summary>
    public abstract string Describe();
}

internal sealed class YamlScalar(string text, bool plain, SourceSpan span) : YamlNode(span)
{
    private const int ShownLength = 60;

    public string Text { get; } = text;

    /// <summary>False for a quoted or block scalar, which is always text.</summary>
    public bool Plain { get; } = plain;

    /// <summary>Nothing, or one of YAML's words for it.</summary>
    public bool IsNothing => Plain && Text is "" or "~" or "null";

    public override string Describe() => IsNothing ? "nothing" : $"'{Show(Text)}'";

    /// <summary>Text from a file, short enough for a message and without control characters.</summary>
    public static string Show(string text)
    {
        var shown = text.Length > ShownLength ? text.Substring(0, ShownLength) + "…" : text;
        var characters = shown.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            if (char.IsControl(characters[i]) || char.IsSurrogate(characters[i]))
            {
                characters[i] = '\uFFFD';
            }
        }

        return new string(characters);
    }
}

internal sealed class YamlList(IReadOnlyList<YamlNode> items, SourceSpan span) : YamlNode(span)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override string Describe() => Items.Count == 0 ? "an empty list" : "a list";
}

internal sealed class YamlMap(IReadOnlyList<YamlEntry> entries, SourceSpan span) : YamlNode(span)
{
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    public override string Describe() => Entries.Count == 0 ? "an empty map" : "a map";

    public YamlEntry? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (entry.Key.Text == key)
            {
                return entry;
            }
        }

        return null;
    }
}

internal sealed class YamlEntry(YamlScalar key, YamlNode value)
{
    public YamlScalar Key { get; } = key;

    public YamlNode Value { get; } = value;

    /// <summary>The value's place, or the key's where the value is nothing or spans lines.</summary>
    public SourceSpan ValueSpan => Value is YamlScalar { IsNothing: true } or YamlMap ? Key.Span : Value.Span;
}
