namespace NumCnn.Gen.Graph;

/// <summary>Tells the reader of the emitted code which of an image's elements a nest computes, where there are several nests.</summary>
internal static class PartTitle
{
    /// <param name="noun">What is counted: <c>row</c>.</param>
    /// <param name="first">The first one.</param>
    /// <param name="count">How many runs.</param>
    /// <param name="step">From a run's first to the next one's.</param>
    /// <param name="length">Neighbours in each run.</param>
    /// <returns><c>row 3</c>, <c>rows 1 to 5</c>, <c>rows 0, 2, … 8</c> or <c>rows 0 to 1, 4 to 5, … 8 to 9</c>.</returns>
    public static string Of(string noun, int first, int count, int step = 1, int length = 1)
    {
        if (step == length)
        {
            (count, step, length) = (1, 1, count * length);
        }

        string text = count switch
        {
            1 => Run(0),
            2 => $"{Run(0)}, {Run(1)}",
            3 => $"{Run(0)}, {Run(1)}, {Run(2)}",
            _ => $"{Run(0)}, {Run(1)}, … {Run(count - 1)}",
        };
        return $"{noun}{(count * length > 1 ? "s" : string.Empty)} {text}";

        string Run(int k)
        {
            int start = first + (k * step);
            return length == 1 ? FormattableString.Invariant($"{start}") : FormattableString.Invariant($"{start} to {start + length - 1}");
        }
    }
}
