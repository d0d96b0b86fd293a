using System.Text.Json.Serialization;

namespace NumCnn.Benchmarks.Report;

/// <summary>One comparison, as --json writes it. Times are medians in microseconds.</summary>
internal sealed record Row(
    [property: JsonPropertyName("work")] string Work,
    [property: JsonPropertyName("mode")] string Mode,
    [property: JsonPropertyName("batch")] int Batch,
    [property: JsonPropertyName("threads")] int Threads,
    [property: JsonPropertyName("ours_us")] double? OursUs,
    [property: JsonPropertyName("peer")] string Peer,
    [property: JsonPropertyName("peer_us")] double? PeerUs,
    [property: JsonPropertyName("ratio")] double? Ratio,
    [property: JsonPropertyName("peak_fraction")] double? PeakFraction,
    [property: JsonPropertyName("gflops")] double? Gflops)
{
    /// <summary>GFLOP/s as a share of the peak in turns with ours, at the clock that ours leaves.</summary>
    [JsonPropertyName("peak_fraction_at_clock")]
    public double? PeakFractionAtClock { get; init; }

    /// <summary>Peak memory of our process in MiB; of rows with the mode first.</summary>
    [JsonPropertyName("ours_peak_mib")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? OursPeakMib { get; init; }

    /// <summary>Peak memory of the peer's process in MiB; of rows with the mode first.</summary>
    [JsonPropertyName("peer_peak_mib")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PeerPeakMib { get; init; }

    /// <summary>Peak memory in MiB of a .NET process that does nothing; of rows with the mode first.</summary>
    [JsonPropertyName("runtime_peak_mib")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RuntimePeakMib { get; init; }

    /// <summary>What <see cref="OursUs"/> consists of; of rows with the mode first.</summary>
    [JsonPropertyName("ours_parts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FirstParts? OursParts { get; init; }

    /// <summary>What <see cref="PeerUs"/> consists of; of rows with the mode first.</summary>
    [JsonPropertyName("peer_parts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FirstParts? PeerParts { get; init; }

    /// <summary>Why there is no time: the peer is missing, or computed something else.</summary>
    [JsonPropertyName("note")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    /// <summary>The peer does not exist on this machine; that is no failure.</summary>
    [JsonIgnore]
    public bool IsMissing { get; init; }
}

/// <summary>The parts of a first inference, medians in microseconds, each for itself.</summary>
/// <param name="LibraryUs">Loading the library, the peer's environment included.</param>
/// <param name="NetworkUs">Ours: loading the network from its weights. The peer's: creating the session.</param>
/// <param name="InferenceUs">The first inference.</param>
/// <param name="WithoutLibraryUs">The last two together: what is left for a process that has loaded the library for other reasons.</param>
internal sealed record FirstParts(
    [property: JsonPropertyName("library_us")] double LibraryUs,
    [property: JsonPropertyName("network_us")] double NetworkUs,
    [property: JsonPropertyName("inference_us")] double InferenceUs,
    [property: JsonPropertyName("without_library_us")] double WithoutLibraryUs);
