using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>Neighbouring rows that the same taps reach.</summary>
/// <param name="First">The first row.</param>
/// <param name="Count">Their number.</param>
/// <param name="FirstTap">The first tap.</param>
/// <param name="Taps">The number of taps.</param>
internal sealed record RowSpan(int First, int Count, int FirstTap, int Taps)
{
    /// <summary>For the reader of the emitted code.</summary>
    public string Title => FormattableString.Invariant($"{PartTitle.Of("row", First, Count)}: {PartTitle.Of("kernel row", FirstTap, Taps)}");
}

/// <summary>Divides an image's rows by the taps that reach it: at its border some of them read nothing but zeros. Where a loop that ends early there costs nothing, <see cref="BorderClip"/> comes first.</summary>
internal static class RowSpans
{
    /// <summary>The share of a kernel's work that has to go before the border's rows get code of their own.</summary>
    private const double LeastGain = 0.04;

    /// <summary>Multiply-adds of vectors that have to go: fewer would be won back only after tens of thousands of calls, because the JIT compiles each span's code. Without loops there is less code, not more.</summary>
    private const double LeastWork = 1000;

    /// <summary>What a span costs beside its rows, as a share of a row with all taps: its code, and the tiles that it cuts off.</summary>
    public const double Overhead = 0.2;

    /// <summary>The same where a register tile covers rows, so that few rows leave it half empty.</summary>
    public const double TileOverhead = 0.6;

    /// <param name="rows">All rows.</param>
    /// <param name="taps">All taps.</param>
    /// <param name="reads">True if a tap of a row reads the image; such taps follow each other.</param>
    /// <param name="overhead">A span's own cost.</param>
    /// <param name="work">Multiply-adds of vectors for a row and one of its taps.</param>
    public static IReadOnlyList<RowSpan> Of(int rows, int taps, Func<int, int, bool> reads, double overhead, double work)
    {
        var spans = Finest(rows, taps, reads);

        // A row that no tap reaches has nothing but its bias; that would need code of its own.
        if (spans.Count > 2 * taps || spans.Exists(static span => span.Taps == 0))
        {
            return [new RowSpan(0, rows, 0, taps)];
        }

        // The cheapest way to join neighbours, which then share all their taps.
        var best = new (double Cost, int From, RowSpan? Last)[spans.Count + 1];
        for (int end = 1; end <= spans.Count; end++)
        {
            best[end].Cost = double.MaxValue;
            var joined = spans[end - 1];
            for (int start = end - 1; start >= 0; start--)
            {
                joined = start == end - 1 ? joined : Join(spans[start], joined);
                double cost = best[start].Cost + (joined.Taps * joined.Count) + (overhead * taps);
                if (cost < best[end].Cost)
                {
                    best[end] = (cost, start, joined);
                }
            }
        }

        var chosen = new List<RowSpan>();
        for (int end = spans.Count; end > 0; end = best[end].From)
        {
            chosen.Insert(0, best[end].Last!);
        }

        int gone = (rows * taps) - chosen.Sum(static span => span.Count * span.Taps);
        bool pays = gone * work >= LeastWork || rows * taps * work <= Planner.StraightBudget;
        return gone < rows * taps * LeastGain || !pays ? [new RowSpan(0, rows, 0, taps)] : chosen;
    }

    private static RowSpan Join(RowSpan first, RowSpan second)
    {
        int tap = Math.Min(first.FirstTap, second.FirstTap);
        return new(first.First, first.Count + second.Count, tap, Math.Max(first.FirstTap + first.Taps, second.FirstTap + second.Taps) - tap);
    }

    private static List<RowSpan> Finest(int rows, int taps, Func<int, int, bool> reads)
    {
        var spans = new List<RowSpan>();
        for (int row = 0; row < rows; row++)
        {
            int first = 0;
            while (first < taps && !reads(row, first))
            {
                first++;
            }

            int end = first;
            while (end < taps && reads(row, end))
            {
                end++;
            }

            if (spans.Count > 0 && spans[spans.Count - 1] is var last && last.FirstTap == first && last.Taps == end - first)
            {
                spans[spans.Count - 1] = last with { Count = last.Count + 1 };
            }
            else
            {
                spans.Add(new RowSpan(row, 1, first, end - first));
            }
        }

        return spans;
    }
}
