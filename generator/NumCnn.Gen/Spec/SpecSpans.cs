using NumCnn.Gen.Diagnostics;

namespace NumCnn.Gen.Spec;

/// <summary>Where the network's keys stand in the file. Kept apart from <see cref="NetworkSpec"/>, which must not change when lines move.</summary>
/// <param name="Network">The top-level keys; the place of the whole is that of the class's name or the file's start.</param>
/// <param name="Layers">One per layer, in the order of the spec's layers.</param>
internal sealed record SpecSpans(EntrySpans Network, EquatableArray<EntrySpans> Layers)
{
    /// <summary>The place of a layer's key, or of the layer itself if it does not give that key.</summary>
    public SourceSpan Find(int layer, string? option)
        => (layer >= 0 && layer < Layers.Length ? Layers[layer] : Network).Find(option);

    public Problem Locate(NetworkProblem problem) => new(problem.Rule, Find(problem.Layer, problem.Option), problem.Args);
}

/// <summary>The places of one entry and of the values of its keys.</summary>
internal sealed record EntrySpans(SourceSpan Whole, EquatableArray<KeySpan> Keys)
{
    public SourceSpan Find(string? key)
    {
        foreach (var entry in Keys)
        {
            if (entry.Key == key)
            {
                return entry.Span;
            }
        }

        return Whole;
    }
}

internal sealed record KeySpan(string Key, SourceSpan Span);
