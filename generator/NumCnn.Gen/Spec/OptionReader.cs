using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Yaml;

namespace NumCnn.Gen.Spec;

/// <summary>The options of one table as they are met, and then filled up with defaults.</summary>
internal sealed class OptionReader(EquatableArray<Option> table, ValueReader values, ProblemList problems)
{
    private readonly Dictionary<string, OptionValue> _given = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public Option? Find(string name) => table.FirstOrDefault(option => option.Name == name);

    public OptionValue? Value(string name) => _given.TryGetValue(name, out var value) ? value : null;

    public void Read(Option option, YamlNode node, SourceSpan span)
    {
        // Seen even if its value is wrong, so that it is not also called missing.
        _seen.Add(option.Name);
        if (values.Read(option, node, span) is { } value)
        {
            _given[option.Name] = value;
        }
    }

    /// <summary>All options with their defaults; required ones that are missing are problems of the owner.</summary>
    public LayerOptions Complete(string owner, SourceSpan ownerSpan)
    {
        var entries = new List<OptionEntry>();
        foreach (var option in table)
        {
            if (_given.TryGetValue(option.Name, out var value))
            {
                entries.Add(new(option.Name, value, Given: true));
            }
            else if (option.Default is { } defaultValue)
            {
                entries.Add(new(option.Name, defaultValue, Given: false));
            }
            else if (option.DefaultFrom is { } other)
            {
                // Absent if the other one has a problem itself.
                if (entries.Find(entry => entry.Name == other) is { } source)
                {
                    entries.Add(new(option.Name, source.Value, Given: false));
                }
            }
            else if (!_seen.Contains(option.Name))
            {
                problems.Add(Rules.MissingKey, ownerSpan, owner, option.Name);
            }
        }

        return new(entries.ToEquatableArray());
    }
}
