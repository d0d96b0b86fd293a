namespace NumCnn.Gen.Schedule;

/// <summary>A value written for each point of a nest's parallel axes.</summary>
internal sealed class StoreTo
{
    public StoreTo(Access target, Expr value)
    {
        Target = target;
        Value = value;
    }

    public Access Target { get; }

    public Expr Value { get; }
}

/// <summary>
/// What is computed, in one statement: for each point of the parallel axes the accumulators start, run over the reduction
/// axes in their order, and the stores are made. How it is computed (lanes, tile, unrolling) is the plan's business, and
/// changes no bit: a plan permutes independent points only.
/// </summary>
internal sealed class Nest
{
    /// <summary>What the nest computes, for the reader of the emitted code.</summary>
    public string Title { get; set; } = string.Empty;

    /// <summary>Which elements it computes, where the others are other nests' business; otherwise empty.</summary>
    public string Part { get; set; } = string.Empty;

    /// <summary>Outermost first; points are independent of each other, but for those of <see cref="Parts"/>, and unless <see cref="Sequential"/>.</summary>
    public List<Axis> Parallel { get; } = [];

    /// <summary>The parallel axis that vectors run along; null for scalar code. Its extent is a multiple of 64 bytes.</summary>
    public Axis? Lane { get; set; }

    /// <summary>A parallel axis over 64-byte blocks, of which a register tile may hold several.</summary>
    public Axis? Block { get; set; }

    /// <summary>Parallel axes that a register tile may cover, the preferred first.</summary>
    public List<Axis> Tile { get; } = [];

    /// <summary>Outermost first: the order of the sum.</summary>
    public List<Axis> Reduction { get; } = [];

    public List<Accumulator> Accumulators { get; } = [];

    public List<StoreTo> Stores { get; } = [];

    /// <summary>Points write the same elements in turn (a scatter), so they keep their order.</summary>
    public bool Sequential { get; set; }

    /// <summary>The first so many parallel axes write the same elements in turn: their loops keep their order, around whatever becomes of the others.</summary>
    public int Ordered { get; set; }

    /// <summary>
    /// A parallel axis over parts of each sum, which add to the same elements in turn: a loop that keeps its order, inside of what threads share
    /// out and around what reads the same lines. Null where sums are whole.
    /// </summary>
    public Axis? Parts { get; set; }

    /// <summary>The parallel axis that threads share out; null where they share samples.</summary>
    public Axis? Items { get; set; }

    /// <summary>Where lanes run over columns: the column, and the image's width. Lanes beyond it store zeros, as every row ends in.</summary>
    public (Affine Column, int Width)? Inside { get; set; }

    /// <summary>Steps of the sum that read rows outside of an image, and are left out; null where all are taken.</summary>
    public Clip? Clip { get; private set; }

    /// <summary>Sums over samples start anew after this many and are added to what is stored; 0 where no axis is symbolic.</summary>
    public int SampleGroup { get; set; }

    /// <summary>Steps of all its sums, for one sample.</summary>
    public long Steps => Parallel.Concat(Reduction).Aggregate(1L, static (steps, axis) => steps * Math.Max(1, axis.Extent));

    /// <summary>Axes that decide in which phase of its row an element lies: they become literals, never loops.</summary>
    public HashSet<Axis> Literals()
    {
        var indices = Accesses().Where(static access => access.Phase is not null).Select(static access => access.Phase!.Index);
        if (Inside is { } inside)
        {
            indices = indices.Append(inside.Column.Substitute(Lane!, 0));
        }

        return [.. indices.SelectMany(static index => index.Terms).Select(static term => term.Axis)];
    }

    /// <summary>The same nest on other storages.</summary>
    public Nest WithStorages(IReadOnlyDictionary<Storage, Storage> storages)
        => Rewritten(access => access.With(own => storages.TryGetValue(own, out var other) ? other : own, static address => address), Inside, static axis => [axis]);

    /// <summary>The same nest with one axis, but for the lane, cut into items of equal length, which threads share out.</summary>
    public Nest Divided(Axis axis, int items)
    {
        int length = axis.Extent / items;
        var item = length == 1 ? axis : new Axis("part", items);
        var rest = new Axis(axis.Name, length);
        var place = (item * length) + rest;
        Affine Replaced(Affine value) => length == 1 ? value : value.Substitute(axis, place);
        var nest = Rewritten(
            access => access.With(Replaced),
            Inside is { } inside ? (Replaced(inside.Column), inside.Width) : null,
            own => own != axis ? [own] : length == 1 ? [axis] : [item, rest]);
        nest.Clip = Clip?.With(Replaced);
        nest.Items = item;
        nest.Tile.Remove(item);
        nest.Block = Block != axis ? Block : length == 1 ? null : rest;
        return nest;
    }

    /// <summary>The same nest without the steps that would read zeros. Rows that differ in them cannot share a register tile.</summary>
    public Nest Clipped(Clip clip)
    {
        var nest = Rewritten(static access => access, Inside, static axis => [axis]);
        nest.Tile.RemoveAll(clip.DependsOn);
        nest.Clip = clip;
        return nest;
    }

    /// <summary>The same nest with two neighbouring axes, of the sum or of the points, as one.</summary>
    public Nest Merged(Axis outer, Axis inner)
    {
        var merged = new Axis(inner.Name, checked(outer.Extent * inner.Extent));
        var nest = Rewritten(access => access.With(address => address.Substitute(outer, Affine.Zero).Substitute(inner, merged)), Inside, static axis => [axis]);
        foreach (var list in new[] { nest.Parallel, nest.Reduction, nest.Tile })
        {
            list.Remove(outer);
            if (list.IndexOf(inner) is >= 0 and var at)
            {
                list[at] = merged;
            }
        }

        return nest;
    }

    /// <summary>A copy with other accesses and axes; what has a tile keeps it in the last of the axes in its place.</summary>
    private Nest Rewritten(Func<Access, Access> replace, (Affine Column, int Width)? inside, Func<Axis, Axis[]> axes)
    {
        var rewriter = new AccessRewriter(replace);
        var nest = new Nest { Title = Title, Part = Part, Lane = Lane, Block = Block, Sequential = Sequential, Ordered = Ordered, Parts = Parts, Items = Items, Inside = inside, Clip = Clip, SampleGroup = SampleGroup };
        nest.Parallel.AddRange(Parallel.SelectMany(axes));
        nest.Tile.AddRange(Tile.Select(axis => axes(axis) is var own ? own[own.Length - 1] : axis));
        nest.Reduction.AddRange(Reduction);
        nest.Accumulators.AddRange(Accumulators.Select(rewriter.Rewrite));
        nest.Stores.AddRange(Stores.Select(rewriter.Rewrite));
        return nest;
    }

    /// <summary>Every access of the nest.</summary>
    public IEnumerable<Access> Accesses()
    {
        var seen = new HashSet<Expr>();
        var found = new List<Access>();
        foreach (var accumulator in Accumulators)
        {
            Collect(accumulator.Initial, seen, found);
            Collect(accumulator.Update, seen, found);
        }

        foreach (var store in Stores)
        {
            Collect(store.Value, seen, found);
            found.Add(store.Target);
        }

        return found;
    }

    private static void Collect(Expr expr, HashSet<Expr> seen, List<Access> found)
    {
        if (!seen.Add(expr))
        {
            return;
        }

        if (expr is Load load)
        {
            found.Add(load.Access);
            if (load.Access.Offset is { } offset)
            {
                found.Add(offset.Number);
            }
        }
        else if (expr is Operation operation)
        {
            foreach (var operand in operation.Operands)
            {
                Collect(operand, seen, found);
            }
        }
    }
}
