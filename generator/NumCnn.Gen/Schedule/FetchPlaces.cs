namespace NumCnn.Gen.Schedule;

/// <summary>
/// Where a kernel asks for what other kernels will read, a few lines at a time, so that memory is never idle and never asked for more than it takes
/// on at once: at the beginning of each tile or, where sums are few and long, in the outermost loop over their steps.
/// </summary>
internal static class FetchPlaces
{
    /// <summary>The depth of a place before a tile's sums.</summary>
    public const int Tile = -1;

    /// <summary>Fewer tiles than this are too far apart.</summary>
    private const int FewTiles = 64;

    /// <summary>How often the kernel comes by, and in which loop of its sums.</summary>
    public static (int Count, int Depth) Of(Nest nest, Plan plan, Target target)
    {
        long tiles = plan.Pieces.Sum(piece => TilesOf(nest, piece, target));
        int depth = nest.Reduction.FindIndex(axis => axis == nest.Clip?.Axis || plan.Unroll[axis] < axis.Extent);
        if (tiles >= FewTiles || depth < 0)
        {
            return (checked((int)tiles), Tile);
        }

        return (checked((int)(tiles * (nest.Reduction[depth].Extent / plan.Unroll[nest.Reduction[depth]]))), depth);
    }

    private static long TilesOf(Nest nest, Piece piece, Target target)
    {
        long lanes = nest.Lane is { } lane ? lane.Extent / (piece.LaneVectors * target.Widths[target.Widths.Count - 1]) : 1;
        return piece.Ranges.Values.Aggregate(Math.Max(1, lanes), static (tiles, range) => tiles * ((range.End - range.Start) / range.Tile));
    }
}
