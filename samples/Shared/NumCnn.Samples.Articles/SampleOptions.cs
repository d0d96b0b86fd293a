namespace NumCnn.Samples.Articles;

/// <summary>What a sample's command line asks for.</summary>
public sealed record SampleOptions
{
    /// <summary>Where the HTML report goes.</summary>
    public required string Report { get; init; }

    /// <summary>A picture to work on; null: the sample draws one.</summary>
    public string? Image { get; init; }

    /// <summary>Also run the article's way in NumPy, where Python has it.</summary>
    public bool RunNumPy { get; init; } = true;
}
