namespace NumCnn.Gen.Schedule;

/// <summary>
/// Where a kernel asks for what other kernels will read, a few lines at a time, so that memory is never idle and never asked for more than it takes
/// on at once: at the beginning of each tile or, where sums are few and long, in the outermost loop over their steps; at one of two, four or
/// more of these where there are more than lines.
/// </summary>
internal static class FetchPlaces
{
    /// <summary>The depth of a place before a tile's sums.</summary>
    public const int Tile = -1;

    /// <summary>Fewer tiles than this are too far apart.</summary>
    private const int FewTiles = 64;

    /// <summary>Steps between two places, at most.</summary>
    private const int MostSteps = 64;

    /// <summary>Of how many steps of their sums one is a place, so that all nests together have about as many places as there are lines.</summary>
    /// <param name="nests">A kernel's nests.</param>
    /// <param name="lines">The most of all that they ask for.</param>
    public static int Every(IReadOnlyList<(Nest Nest, Plan Plan, Target Target)> nests, int lines)
    {
        int every = 1;
        while (every < MostSteps && nests.Sum(nest => (long)Of(nest.Nest, nest.Plan, nest.Target, 2 * every).Count) >= lines)
        {
            every *= 2;
        }

        return every;
    }

    /// <summary>How often the kernel comes by, and in which loop of its sums.</summary>
    /// <param name="nest">The nest.</param>
    /// <param name="plan">How it runs.</param>
    /// <param name="target">On which vectors.</param>
    /// <param name="every">Of how many steps of a loop over sums one is a place; see <see cref="Every"/>.</param>
    public static (int Count, int Depth) Of(Nest nest, Plan plan, Target target, int every)
    {
        long tiles = plan.Pieces.Sum(piece => TilesOf(nest, piece, target));
        int depth = nest.Reduction.FindIndex(axis => axis == nest.Clip?.Axis || plan.Unroll[axis] < axis.Extent);
        if (tiles >= FewTiles || depth < 0)
        {
            return (checked((int)tiles), Tile);
        }

        // A loop that ends early at a border has few steps, and does not always begin with the first.
        var axis = nest.Reduction[depth];
        int steps = axis.Extent / plan.Unroll[axis];
        return (checked((int)(tiles * (axis == nest.Clip?.Axis ? steps : (steps + every - 1) / every))), depth);
    }

    private static long TilesOf(Nest nest, Piece piece, Target target)
    {
        long lanes = nest.Lane is { } lane ? lane.Extent / (piece.LaneVectors * target.Widths[target.Widths.Count - 1]) : 1;
        return piece.Ranges.Values.Aggregate(Math.Max(1, lanes), static (tiles, range) => tiles * ((range.End - range.Start) / range.Tile));
    }
}
