using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Graph;

/// <summary>The shape of one sample's value: [channels, rows, columns], or [features], which counts as channels of one pixel.</summary>
internal readonly record struct Shape(int Channels, int Rows, int Columns, bool IsFeatures)
{
    public static Shape Image(int channels, int rows, int columns) => new(channels, rows, columns, IsFeatures: false);

    public static Shape Features(int count) => new(count, 1, 1, IsFeatures: true);

    public static Shape From(EquatableArray<int> sizes) => sizes.Length == 1 ? Features(sizes[0]) : Image(sizes[0], sizes[1], sizes[2]);

    public int Pixels => Rows * Columns;

    public int Length => Channels * Rows * Columns;

    public int[] ToArray() => IsFeatures ? [Channels] : [Channels, Rows, Columns];

    public override string ToString() => IsFeatures
        ? FormattableString.Invariant($"[{Channels}]")
        : FormattableString.Invariant($"[{Channels}, {Rows}, {Columns}]");
}

/// <summary>Rows and columns around an image.</summary>
internal readonly record struct Border(int Top, int Left, int Bottom, int Right)
{
    public bool IsEmpty => Top == 0 && Left == 0 && Bottom == 0 && Right == 0;

    public Border Union(Border other)
        => new(Math.Max(Top, other.Top), Math.Max(Left, other.Left), Math.Max(Bottom, other.Bottom), Math.Max(Right, other.Right));
}
