namespace NumCnn.Gen.Schedule;

/// <summary>
/// Merges neighbouring loops whose elements follow each other in every storage, so that an element-wise nest over rows,
/// columns and channels without borders becomes one long loop, and so does the sum over a whole image. The order of a sum stays.
/// </summary>
internal static class Simplifier
{
    public static Nest Merge(Nest nest)
    {
        if (nest.Accumulators.Count > 0)
        {
            return MergeSum(nest);
        }

        if (nest.Inside is not null || nest.Ordered > 0 || nest.Parallel.Exists(static axis => axis.IsSymbolic))
        {
            return nest;
        }

        while (true)
        {
            var axes = nest.Parallel.Where(static axis => !axis.IsTrivial).ToList();
            var accesses = nest.Accesses().ToList();
            var literals = nest.Literals();
            int at = -1;
            for (int k = 0; k + 1 < axes.Count && at < 0; k++)
            {
                var (outer, inner) = (axes[k], axes[k + 1]);
                bool follows = outer != nest.Lane && outer != nest.Items && inner != nest.Items && !literals.Contains(outer) && !literals.Contains(inner) && !nest.Tile.Contains(outer) && !nest.Tile.Contains(inner)
                    && Follow(accesses, outer, inner);
                at = follows ? k : -1;
            }

            if (at < 0)
            {
                return nest;
            }

            nest = Merge(nest, axes[at], axes[at + 1]);
        }
    }

    private static Nest MergeSum(Nest nest)
    {
        var accesses = nest.Accesses().ToList();
        var literals = nest.Literals();
        if (Pair(nest.Reduction) is { } pair)
        {
            return MergeSum(nest.Merged(pair.Outer, pair.Inner));
        }

        // A sum over samples reads an image as a row of elements: which of its axes they come from makes no difference to its tiles.
        return nest.Ordered == 0 && nest.Reduction.Exists(static axis => axis.IsSymbolic) && Pair(nest.Parallel) is { } points ? MergeSum(nest.Merged(points.Outer, points.Inner)) : nest;

        (Axis Outer, Axis Inner)? Pair(List<Axis> all)
        {
            var axes = all.Where(static axis => !axis.IsTrivial).ToList();
            for (int k = axes.Count - 2; k >= 0; k--)
            {
                if (CanMerge(axes[k]) && CanMerge(axes[k + 1]) && nest.Tile.Contains(axes[k]) == nest.Tile.Contains(axes[k + 1]) && Follow(accesses, axes[k], axes[k + 1]))
                {
                    return (axes[k], axes[k + 1]);
                }
            }

            return null;
        }

        bool CanMerge(Axis axis) => !axis.IsSymbolic && axis != nest.Lane && axis != nest.Block && axis != nest.Items && nest.Clip?.DependsOn(axis) != true && !literals.Contains(axis);
    }

    private static bool Follow(List<Access> accesses, Axis outer, Axis inner)
        => accesses.TrueForAll(access => access.Address.FactorOf(outer) == (long)access.Address.FactorOf(inner) * inner.Extent);

    private static Nest Merge(Nest nest, Axis outer, Axis inner)
    {
        var merged = new Axis(inner.Name, checked(outer.Extent * inner.Extent));
        var result = new Nest { Title = nest.Title, Part = nest.Part, Sequential = nest.Sequential, Items = nest.Items, Lane = nest.Lane == inner ? merged : nest.Lane };
        result.Tile.AddRange(nest.Tile);
        foreach (var axis in nest.Parallel)
        {
            if (axis != outer)
            {
                result.Parallel.Add(axis == inner ? merged : axis);
            }
        }

        var rewriter = new AccessRewriter(access => access.With(address => address.Substitute(outer, Affine.Zero).Substitute(inner, merged)));
        result.Stores.AddRange(nest.Stores.Select(rewriter.Rewrite));
        return result;
    }
}
