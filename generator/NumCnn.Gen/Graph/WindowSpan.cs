namespace NumCnn.Gen.Graph;

/// <summary>Neighbouring windows along one axis that hold equally many elements of the image.</summary>
/// <param name="First">The first one's output; the others are <see cref="Step"/> apart.</param>
/// <param name="Count">How many.</param>
/// <param name="Start">The first one's first element inside the image.</param>
/// <param name="Stride">Elements from one's start to the next one's.</param>
/// <param name="Size">Elements of each.</param>
/// <param name="Divisor">What a mean divides by along this axis.</param>
internal sealed record WindowSpan(int First, int Count, int Start, int Stride, int Size, int Divisor)
{
    public int Step { get; init; } = 1;

    /// <summary>The end of the last window.</summary>
    public int End => Start + ((Count - 1) * Stride) + Size;

    /// <summary>Rows and columns of windows, for the reader of the emitted code.</summary>
    public static string Title(WindowSpan rows, WindowSpan columns)
        => FormattableString.Invariant($"{rows.Outputs("row")}, {columns.Outputs("column")}: windows of {rows.Size}×{columns.Size}");

    private string Outputs(string noun) => PartTitle.Of(noun, First, Count, Step);
}
