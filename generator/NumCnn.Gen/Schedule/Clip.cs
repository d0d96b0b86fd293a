namespace NumCnn.Gen.Schedule;

/// <summary>Steps of a sum that would read zeros, because their row, or their column, lies outside of an image: the loop over them leaves them out.</summary>
/// <param name="Lines">"rows" or "columns".</param>
/// <param name="Axis">The reduction axis whose steps they are.</param>
/// <param name="Line">The row that a step reads: a multiple of the axis and of the points' axes, none of which a register tile covers.</param>
/// <param name="Count">Rows of the image.</param>
internal sealed record Clip(string Lines, Axis Axis, Affine Line, int Count)
{
    /// <summary>Rows from one step to the next.</summary>
    private int Step => Line.FactorOf(Axis);

    /// <summary>The row of step 0.</summary>
    public Affine Start => Line.Substitute(Axis, 0);

    /// <summary>True if the row moves with the axis.</summary>
    public bool DependsOn(Axis axis) => Line.FactorOf(axis) != 0;

    /// <summary>The first step, and the one behind the last, of a point whose step 0 reads this row.</summary>
    public (int First, int End) Steps(int start) => (Math.Max(0, Quotient(First.Constant + (First.Sign * start))), Math.Min(Axis.Extent, Quotient(End.Constant + (End.Sign * start))));

    /// <summary>The steps that are left, as a share of all.</summary>
    public double Share
    {
        get
        {
            var starts = new Dictionary<int, long> { [Start.Constant] = 1 };
            foreach (var (axis, factor) in Start.Terms)
            {
                starts = starts.SelectMany(start => Enumerable.Range(0, axis.Extent).Select(k => (Line: start.Key + (k * factor), Number: start.Value)))
                    .GroupBy(static start => start.Line).ToDictionary(static group => group.Key, static group => group.Sum(static start => start.Number));
            }

            double left = starts.Sum(start => start.Value * Math.Max(0.0, Steps(start.Key) is var (first, end) ? end - first : 0));
            return left / (starts.Values.Sum() * (double)Axis.Extent);
        }
    }

    /// <summary>The same of a nest whose axes are others.</summary>
    public Clip With(Func<Affine, Affine> replace) => this with { Line = replace(Line) };

    /// <summary>
    /// The loop's bounds as quotients: a constant, plus or minus the row of step 0, by the rows of a step. Division rounds towards zero,
    /// which is as good as down where the result is a bound's least value anyway.
    /// </summary>
    public (int Constant, int Sign) First => Step > 0 ? (Step - 1, -1) : (-Count - Step, 1);

    /// <inheritdoc cref="First"/>
    public (int Constant, int Sign) End => Step > 0 ? (Count + Step - 1, -1) : (-Step, 1);

    /// <summary>What divides them.</summary>
    public int Divisor => Math.Abs(Step);

    private int Quotient(int value) => value / Divisor;
}
