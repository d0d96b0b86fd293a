using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Yaml;

namespace NumCnn.Gen.Spec;

/// <summary>Reads what is named by a word with options: a loss, an initialiser.</summary>
internal static class NamedReader
{
    /// <summary>The word's table entry and its options; null if there is a problem, which is then listed.</summary>
    public static (string Kind, LayerOptions Options)? Read(
        string key, YamlNode node, SourceSpan span, EquatableArray<OptionTable> tables, ValueReader values, ProblemList problems)
    {
        var words = tables.Select(table => table.Kind).ToArray();
        var form = EntryForm.Parse(node, words.Contains);
        if (form is null || form.Beside.Count > 0)
        {
            values.WrongType(key, "a word or a map with one key: " + ValueReader.List(words), node, form is null ? span : form.Beside[0].Key.Span);
            return null;
        }

        var word = form.Word.Text;
        var entry = tables.FirstOrDefault(table => table.Kind == word);
        if (entry is null)
        {
            problems.Add(Rules.UnknownWord, form.Word.Span, key, YamlScalar.Show(word), Suggestion.Phrase(word, words), ValueReader.List(words));
            return null;
        }

        var reader = new OptionReader(entry.Options, values, problems);
        if (form.Primary is { } primary)
        {
            if (entry.Options.Length == 0)
            {
                values.WrongType(word, "no options", primary, primary.Span);
                return null;
            }

            reader.Read(entry.Options[0], primary, primary.Span);
        }

        foreach (var option in form.Options)
        {
            if (problems.IsFull)
            {
                break;
            }

            if (reader.Find(option.Key.Text) is { } known)
            {
                reader.Read(known, option.Value, option.ValueSpan);
            }
            else
            {
                UnknownKey(option.Key, word, entry.Options.Select(o => o.Name).ToArray(), problems);
            }
        }

        return (word, reader.Complete(word, form.Word.Span));
    }

    public static void UnknownKey(YamlScalar key, string owner, IReadOnlyCollection<string> known, ProblemList problems)
        => problems.Add(
            Rules.UnknownKey,
            key.Span,
            YamlScalar.Show(key.Text),
            owner,
            Suggestion.Phrase(key.Text, known),
            known.Count == 0 ? "none" : ValueReader.List(known));
}
