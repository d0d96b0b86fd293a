using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>
/// Rows (or columns) of x that the same taps reach in an equation x-row = stride·y-row + dilation·tap − pad. With stride s
/// the rows fall into s residues; neighbouring residues with as many taps form one phase.
/// <code>x-row = First + residue + Stride·q,   tap = FirstTap + residue + TapStep·k,   y-row = FirstSource + q + SourceStep·k</code>
/// </summary>
internal sealed class Phase
{
    /// <summary>The x-row at residue 0 and q 0.</summary>
    public int First { get; private set; }

    public int Residues { get; private set; }

    public int Stride { get; private set; }

    /// <summary>Rows of each residue.</summary>
    public int Count { get; private set; }

    /// <summary>Taps that reach a row; 0 where the stride leaves a gap.</summary>
    public int Taps { get; private set; }

    public int FirstTap { get; private set; }

    public int TapStep { get; private set; }

    public int FirstSource { get; private set; }

    public int SourceStep { get; private set; }

    /// <summary>Rows before y's first that are read.</summary>
    public int Before => Taps == 0 ? 0 : Math.Max(0, -Math.Min(FirstSource, FirstSource + (SourceStep * (Taps - 1))));

    /// <summary>Rows behind y's last that are read.</summary>
    public int After(int sourceRows)
        => Taps == 0 ? 0 : Math.Max(0, Math.Max(FirstSource, FirstSource + (SourceStep * (Taps - 1))) + Count - sourceRows);

    public Affine Target(Axis residue, Axis q) => (Affine)First + residue + (q * Stride);

    public Affine Tap(Axis residue, Axis k) => (Affine)FirstTap + residue + (k * TapStep);

    public Affine Source(Axis q, Axis k) => (Affine)FirstSource + q + (k * SourceStep);

    /// <summary>Rows and columns of x, for the reader of the emitted code.</summary>
    public static string Title(Phase rows, Phase columns)
        => FormattableString.Invariant($"{rows.Targets("row")}, {columns.Targets("column")}: {rows.Taps}×{columns.Taps} of the kernel");

    private string Targets(string noun) => PartTitle.Of(noun, First, Count, Stride, Residues);

    public (Axis Residue, Axis Row, Axis Tap) Axes(string residue, string row, string tap)
        => (new Axis(residue, Residues), new Axis(row, Count), new Axis(tap, Math.Max(1, Taps)));

    /// <summary>
    /// The same rows in parts, each with the taps that reach one of y's rows: at the border the others would read zeros. One part,
    /// where that would save too little.
    /// </summary>
    public IReadOnlyList<Phase> WithoutZeros(int sourceRows, double overhead, double work)
    {
        var spans = RowSpans.Of(Count, Taps, (q, tap) => FirstSource + q + (SourceStep * tap) is var row && row >= 0 && row < sourceRows, overhead, work);
        return spans.Count == 1 && spans[0].Taps == Taps ? [this] : [.. spans.Select(span => new Phase
        {
            First = First + (Stride * span.First),
            Residues = Residues,
            Stride = Stride,
            Count = span.Count,
            Taps = span.Taps,
            FirstTap = FirstTap + (TapStep * span.FirstTap),
            TapStep = TapStep,
            FirstSource = FirstSource + span.First + (SourceStep * span.FirstTap),
            SourceStep = SourceStep,
        })];
    }

    public static IReadOnlyList<Phase> Of(int rows, int pad, int kernel, int stride, int dilation)
    {
        var phases = new List<Phase>();
        int step = stride / Integers.Gcd(stride, dilation);

        // The first tap that reaches each residue; taps repeat their residues after a step.
        var firstTaps = new Dictionary<int, int>();
        for (int candidate = 0; candidate < Math.Min(kernel, step); candidate++)
        {
            firstTaps.Add((int)((long)candidate * dilation % stride), candidate);
        }

        for (int residue = 0; residue < stride; residue++)
        {
            int first = CeilDivide(pad - residue, stride);
            int count = FloorDivide(pad + rows - 1 - residue, stride) - first + 1;
            if (count <= 0)
            {
                continue;
            }

            int taps = firstTaps.TryGetValue(residue, out int tap) ? ((kernel - 1 - tap) / step) + 1 : 0;
            phases.Add(new Phase
            {
                First = (stride * first) + residue - pad,
                Residues = 1,
                Stride = stride,
                Count = count,
                Taps = taps,
                FirstTap = taps == 0 ? 0 : tap,
                TapStep = step,
                FirstSource = taps == 0 ? 0 : ((residue - (tap * dilation)) / stride) + first,
                SourceStep = -(step * dilation) / stride,
            });
        }

        phases.Sort(static (a, b) => a.First.CompareTo(b.First));
        return Merge(phases);
    }

    private static List<Phase> Merge(List<Phase> phases)
    {
        var merged = new List<Phase>();
        foreach (var phase in phases)
        {
            var last = merged.Count > 0 ? merged[merged.Count - 1] : null;
            if (last is not null && last.Count == phase.Count && last.Taps == phase.Taps && phase.First == last.First + last.Residues
                && (phase.Taps == 0 || (phase.FirstTap == last.FirstTap + last.Residues && phase.FirstSource == last.FirstSource)))
            {
                last.Residues++;
            }
            else
            {
                merged.Add(phase);
            }
        }

        return merged;
    }

    private static int FloorDivide(int value, int divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);

    private static int CeilDivide(int value, int divisor) => -FloorDivide(-value, divisor);
}
