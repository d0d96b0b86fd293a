using System.Globalization;

namespace NumCnn.Benchmarks.Report;

/// <summary>The table on the console, written row by row so that a long run can be watched.</summary>
internal sealed class Table(TextWriter output)
{
    private static readonly string Format = "{0,-20} {1,-12} {2,5} {3,7} {4,12}  {5,-28} {6,12} {7,8} {8,9} {9,7} {10,8}";

    public void Header() => output.WriteLine(string.Format(CultureInfo.InvariantCulture, Format, "work", "mode", "batch", "threads", "ours µs", "peer", "peer µs", "ratio", "GFLOP/s", "peak", "at clock").TrimEnd());

    public void Write(Row row)
    {
        output.WriteLine((string.Format(
            CultureInfo.InvariantCulture,
            Format,
            row.Work,
            row.Mode,
            row.Batch,
            row.Threads,
            Microseconds(row.OursUs),
            row.Peer,
            row.IsMissing ? "missing" : Microseconds(row.PeerUs),
            row.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) + "x" : "-",
            row.Gflops is { } gflops ? gflops.ToString("0.0", CultureInfo.InvariantCulture) : "-",
            Percent(row.PeakFraction),
            Percent(row.PeakFractionAtClock)) + Remark(row)).TrimEnd());
        output.Flush();
    }

    private static string Microseconds(double? value) => value is { } time ? time.ToString(time < 100 ? "0.000" : "#,0.0", CultureInfo.InvariantCulture) : "-";

    private static string Percent(double? fraction) => fraction is { } share ? (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + "%" : "-";

    private static string Remark(Row row) => row.OursParts is { } ours ? First(row, ours) : row.Note is { } note ? "  " + note : string.Empty;

    private static string First(Row row, FirstParts ours)
    {
        var peer = row.PeerParts;
        string peersParts = peer is null ? string.Empty : $"; peer: library {Parts(peer, "session", "run")}; without libraries {Milliseconds(ours.WithoutLibraryUs)} against {Milliseconds(peer.WithoutLibraryUs)} ms";
        string peersPeak = peer is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", peer {row.PeerPeakMib:0.0} MiB");
        string runtimesPeak = row.RuntimePeakMib is { } runtime ? string.Create(CultureInfo.InvariantCulture, $", .NET alone {runtime:0.0} MiB") : string.Empty;
        return string.Create(CultureInfo.InvariantCulture, $"  ours: library {Parts(ours, "load", "predict")}{peersParts}; peak memory {row.OursPeakMib:0.0} MiB{peersPeak}{runtimesPeak}");
    }

    private static string Parts(FirstParts parts, string network, string inference)
        => $"{Milliseconds(parts.LibraryUs)}, {network} {Milliseconds(parts.NetworkUs)}, {inference} {Milliseconds(parts.InferenceUs)} ms";

    private static string Milliseconds(double microseconds) => (microseconds / 1000).ToString("0.0", CultureInfo.InvariantCulture);
}
