namespace NumCnn.Gen.Spec;

/// <summary>"did you mean": the candidate that takes the fewest slips of the keyboard.</summary>
internal static class Suggestion
{
    private const int LengthLimit = 40;

    /// <summary>The nearest candidate, or null if none is near.</summary>
    public static string? Nearest(string text, IEnumerable<string> candidates)
    {
        if (text.Length is 0 or > LengthLimit)
        {
            return null;
        }

        var allowed = Math.Max(1, text.Length / 3);
        string? best = null;
        foreach (var candidate in candidates)
        {
            if (string.Equals(Normalise(candidate), Normalise(text), StringComparison.Ordinal))
            {
                return candidate;
            }

            var distance = Distance(text, candidate);
            if (distance <= allowed && distance < text.Length)
            {
                best = candidate;
                allowed = distance - 1;
            }
        }

        return best ?? Beginning(text, candidates);
    }

    /// <summary>The part of a message that names the nearest candidate, or nothing.</summary>
    public static string Phrase(string text, IEnumerable<string> candidates)
        => Nearest(text, candidates) is { } nearest ? $" (did you mean '{nearest}'?)" : "";

    // kernel means kernel_size.
    private static string? Beginning(string text, IEnumerable<string> candidates)
    {
        const int Shortest = 3;
        return text.Length < Shortest ? null : candidates.FirstOrDefault(candidate => candidate.StartsWith(text, StringComparison.OrdinalIgnoreCase));
    }

    // Conv2D, conv_2d and conv-2d all mean conv2d.
    private static string Normalise(string text)
    {
        var characters = new char[text.Length];
        var length = 0;
        foreach (var c in text)
        {
            if (c is not ('_' or '-' or ' '))
            {
                characters[length++] = char.ToLowerInvariant(c);
            }
        }

        return new string(characters, 0, length);
    }

    // Insertions, deletions, replacements, and swaps of neighbours.
    private static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[b.Length];
    }
}
