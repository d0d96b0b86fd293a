using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Winograd;

/// <summary>Groups of rows of tiles that take turns. The last row may be cut to fewer outputs; 0 where none is.</summary>
internal sealed record WinogradSection(int FirstRow, int Groups, int Rows, int LastHeight)
{
    public Turns? Turns { get; } = Groups > 1 ? new Turns(Groups, handsOver: true) : null;
}

/// <summary>
/// Square tiles of an image, some rows of them at a time, each evaluated at the points: [row of points][column of points][tile][channel].
/// A block between the points keeps their streams out of each other's cache sets.
/// </summary>
/// <param name="block">Elements of a 64-byte block.</param>
/// <param name="points">Where the tiles are evaluated.</param>
/// <param name="section">Rows of tiles.</param>
/// <param name="columns">Tiles in a row.</param>
/// <param name="step">Pixels from a tile to the next.</param>
internal sealed class WinogradTiles(int block, WinogradPoints points, WinogradSection section, int columns, int step)
{
    /// <summary>Tiles of a group.</summary>
    public int Count => section.Rows * columns;

    /// <summary>Elements between two tiles.</summary>
    public int Pitch(int channels) => ParameterTensor.Padded(channels, block);

    /// <summary>Elements between two points.</summary>
    public int PointStride(int channels) => checked((Count * Pitch(channels)) + block);

    /// <summary>Elements of all points.</summary>
    public int Length(int channels) => checked(points.Count * points.Count * PointStride(channels));

    /// <summary>Both sides of tiles evaluated.</summary>
    /// <param name="title">What is computed.</param>
    /// <param name="image">What is read; its origin is the first tile's first pixel.</param>
    /// <param name="channels">Its channels.</param>
    /// <param name="target">The values at the points.</param>
    /// <param name="size">Pixels of a tile's side.</param>
    /// <param name="evaluate">The values at the points of one group, from a tile's pixels along one side.</param>
    public Nest Evaluate(string title, View image, int channels, Storage target, int size, Func<int[], Func<int, Expr>, IReadOnlyList<Expr>> evaluate)
    {
        var (nest, group, row, column) = Loops(title, section, section.Rows, columns);
        var channel = AddLanes(nest, "c", channels, block);
        int stride = PointStride(channels);
        var place = ((row * columns) + column) * Pitch(channels) + channel;

        // A group of rows at a time keeps at most twelve values alive; pixels that two groups need are loaded again.
        foreach (int[] rows in points.Groups)
        {
            var half = Enumerable.Range(0, size)
                .Select(j => evaluate(rows, Once(i => image.At(channel, ImageRow(section, step, group, row, i), (column * step) + j))))
                .ToList();
            foreach (int[] across in points.Groups)
            {
                for (int r = 0; r < rows.Length; r++)
                {
                    int at = r;
                    var values = evaluate(across, j => half[j][at]);
                    for (int k = 0; k < across.Length; k++)
                    {
                        nest.Stores.Add(new StoreTo(new Access(target, place + (((rows[r] * points.Count) + across[k]) * stride)), values[k]));
                    }
                }
            }
        }

        return nest;
    }

    /// <summary>Loops over groups of rows, rows of a group, and tiles of a row.</summary>
    public static (Nest Nest, Axis Group, Axis Row, Axis Column) Loops(string title, WinogradSection section, int rows, int columns)
    {
        var nest = new Nest { Title = title };
        var group = new Axis("g", section.Groups);
        var row = new Axis("i", rows);
        var column = new Axis("j", columns);
        nest.Parallel.AddRange([group, row, column]);
        nest.Items = group.IsTrivial ? null : group;
        return (nest, group, row, column);
    }

    public static Affine AddLanes(Nest nest, string name, int channels, int block)
    {
        var axes = new ChannelAxes(name, channels, block, blocked: false);
        axes.AddTo(nest);
        return axes.Index.Index;
    }

    /// <summary>A row of the image, from that of the tile.</summary>
    public static Affine ImageRow(WinogradSection section, int step, Axis group, Affine row, int offset)
        => (group * (section.Rows * step)) + (row * step) + ((section.FirstRow * step) + offset);

    /// <summary>Each value once, however often it is asked for.</summary>
    public static Func<int, Expr> Once(Func<int, Expr> make)
    {
        var made = new Dictionary<int, Expr>();
        return index =>
        {
            if (!made.TryGetValue(index, out var value))
            {
                made.Add(index, value = make(index));
            }

            return value;
        };
    }
}
