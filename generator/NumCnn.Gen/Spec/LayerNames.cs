using System.Globalization;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Yaml;

namespace NumCnn.Gen.Spec;

/// <summary>The layers' names: those of unnamed layers, and what a name may be.</summary>
internal static class LayerNames
{
    /// <summary>
    /// The names in order. An unnamed layer is its prefix and its number among the layers of that prefix, named ones
    /// included, so that naming one never renames another.
    /// </summary>
    public static string[] Assign(List<LayerEntry> entries)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var names = new string[entries.Count];
        for (var i = 0; i < names.Length; i++)
        {
            var prefix = entries[i].Layer?.NamePrefix ?? "layer";
            counts.TryGetValue(prefix, out var count);
            counts[prefix] = ++count;
            names[i] = entries[i].Name ?? prefix + count.ToString(CultureInfo.InvariantCulture);
        }

        return names;
    }

    public static void Check(List<LayerEntry> entries, string[] names, string className, ProblemList problems)
    {
        var byName = new Dictionary<string, int>(StringComparer.Ordinal);
        var byMember = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length && !problems.IsFull; i++)
        {
            var (name, span) = (names[i], entries[i].NameSpan);
            if (Fault(name) is { } fault)
            {
                problems.Add(Rules.InvalidLayerName, span, YamlScalar.Show(name), fault);
                continue;
            }

            if (byName.TryGetValue(name, out var other))
            {
                // If the later one has no name of its own, the place to mend is the earlier one's.
                var (place, otherPlace) = entries[i].Name is null && entries[other].Name is not null ? (other, i) : (i, other);
                problems.Add(Rules.DuplicateLayerName, entries[place].NameSpan, name, Describe(entries[otherPlace], otherPlace));
                continue;
            }

            byName.Add(name, i);
            var member = MemberNames.Of(name);
            if (byMember.TryGetValue(member, out other))
            {
                problems.Add(Rules.MemberCollision, span, names[other], name, member);
                continue;
            }

            byMember.Add(member, i);
            if (member == className)
            {
                problems.Add(Rules.ReservedMember, span, name, member, "is the class's name");
            }
            else if (ReservedMembers.Contains(member))
            {
                problems.Add(Rules.ReservedMember, span, name, member, "every network has already");
            }
        }
    }

    private static string Describe(LayerEntry entry, int index)
        => FormattableString.Invariant($"layer {index + 1}, {(entry.Name is null ? "an unnamed" : "a")} {entry.Layer?.Kind ?? "layer"}");

    private static string? Fault(string name)
    {
        if (name.Length > Identifiers.LengthLimit)
        {
            return "it is too long";
        }

        if (name == LayerGraph.InputName)
        {
            return "it stands for the network's input";
        }

        // ASCII only: the name is a key in weight files and a C# member.
        return name.Split('.').All(part => part.Length > 0 && part.All(c => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_'))
            ? null
            : "a name takes letters, digits, underscores, and dots between them";
    }
}
