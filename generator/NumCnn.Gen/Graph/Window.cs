using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>A window that moves over an image and never leaves it.</summary>
internal sealed record Window((int H, int W) Kernel, (int H, int W) Stride, (int H, int W) Dilation)
{
    /// <summary>Where it begins.</summary>
    public (int H, int W) Start { get; init; }

    /// <summary>Every element by itself.</summary>
    public static Window Single { get; } = new((1, 1), (1, 1), (1, 1));

    /// <summary>The window's elements, row by row.</summary>
    public IEnumerable<(int Row, int Column)> Taps => Enumerable.Range(0, Kernel.H * Kernel.W).Select(tap => (tap / Kernel.W, tap % Kernel.W));

    /// <summary>The row of one of the elements.</summary>
    public Affine Row(Affine i, Affine u) => (i * Stride.H) + (u * Dilation.H) + Start.H;

    /// <summary>Its column.</summary>
    public Affine Column(Affine j, Affine v) => (j * Stride.W) + (v * Dilation.W) + Start.W;

    /// <summary>The element.</summary>
    public Access At(View view, Affine c, Affine i, Affine j, Affine u, Affine v) => view.At(c, Row(i, u), Column(j, v));

    /// <summary>Rows and columns up to the end of the last window.</summary>
    public (int Rows, int Columns) Reach(Shape windows)
        => (((windows.Rows - 1) * Stride.H) + ((Kernel.H - 1) * Dilation.H) + Start.H + 1, ((windows.Columns - 1) * Stride.W) + ((Kernel.W - 1) * Dilation.W) + Start.W + 1);

    /// <summary>Every element is in one window at most.</summary>
    public bool IsDisjoint => Dilation == (1, 1) && Stride.H >= Kernel.H && Stride.W >= Kernel.W;

    /// <summary>Every element is in one window exactly.</summary>
    public bool Partitions(Shape input, Shape output)
        => Start == (0, 0) && Dilation == (1, 1) && Stride == Kernel && output.Rows * Stride.H == input.Rows && output.Columns * Stride.W == input.Columns;
}
