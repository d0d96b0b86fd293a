using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Layers;
using NumCnn.Gen.Yaml;

namespace NumCnn.Gen.Spec;

/// <summary>One entry of <c>layers:</c> as it is written, its references still names.</summary>
internal sealed class LayerEntry(SourceSpan span)
{
    public SourceSpan Span { get; } = span;

    /// <summary>Null if the entry names no known layer.</summary>
    public Layer? Layer { get; set; }

    public string? Name { get; set; }

    public SourceSpan NameSpan { get; set; } = span;

    /// <summary>Null: the previous layer.</summary>
    public List<YamlScalar>? From { get; set; }

    public SourceSpan FromSpan { get; set; } = span;

    public LayerOptions Options { get; set; } = LayerOptions.Empty;

    public bool Frozen { get; set; }

    public bool Keep { get; set; }

    public UnrollMode? Unroll { get; set; }

    public InitSpec? Init { get; set; }

    public LiteralSpec? Weight { get; set; }

    public LiteralSpec? Bias { get; set; }

    public List<KeySpan> Keys { get; } = [];
}
