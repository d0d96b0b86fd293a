using NumCnn.Gen.Yaml;

namespace NumCnn.Gen.Spec;

/// <summary>
/// The grammar that layers, losses and initialisers share: a word, or a map with one key whose value is nothing,
/// a scalar or list (the first option), or a map of options.
/// </summary>
/// <param name="Word">The word or the key.</param>
/// <param name="Primary">The lone scalar or list, if there is one.</param>
/// <param name="Options">The map's entries, if there is one.</param>
/// <param name="Beside">Further keys beside the first: a slip of indentation.</param>
internal sealed record EntryForm(YamlScalar Word, YamlNode? Primary, IReadOnlyList<YamlEntry> Options, IReadOnlyList<YamlEntry> Beside)
{
    /// <summary>Null if the node has neither form.</summary>
    /// <param name="node">The entry.</param>
    /// <param name="isKnown">Tells a layer's key from an option's, when several keys stand beside each other.</param>
    public static EntryForm? Parse(YamlNode node, Func<string, bool> isKnown)
    {
        switch (node)
        {
            case YamlScalar { IsNothing: false } word:
                return new(word, null, [], []);
            case YamlMap { Entries.Count: > 0 } map:
                var main = map.Entries.FirstOrDefault(entry => isKnown(entry.Key.Text)) ?? map.Entries[0];
                var beside = map.Entries.Where(entry => entry != main).ToArray();
                return main.Value switch
                {
                    YamlScalar { IsNothing: true } => new(main.Key, null, [], beside),
                    YamlMap options => new(main.Key, null, options.Entries, beside),
                    _ => new(main.Key, main.Value, [], beside),
                };
            default:
                return null;
        }
    }
}
