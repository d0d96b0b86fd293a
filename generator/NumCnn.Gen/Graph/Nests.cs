using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>Nests that many nodes share.</summary>
internal static class Nests
{
    /// <summary>Every element of a value that lies channels last, lanes over channels.</summary>
    public static Nest Elementwise(string title, Shape shape, int block, Action<Nest, Affine, Affine, Affine> body)
    {
        var nest = new Nest { Title = title };
        var (c, i, j) = ImageAxes.Over(nest, shape, 0, block);
        body(nest, c, i, j);
        return nest;
    }

    /// <summary>Every element of a value, lanes along what lies together.</summary>
    public static Nest Elementwise(string title, Value value, int block, Action<Nest, Affine, Affine, Affine> body)
    {
        var nest = new Nest { Title = title };
        var (c, i, j) = ImageAxes.Over(nest, value, block);
        body(nest, c, i, j);
        return nest;
    }

    /// <summary>Every channel, lanes over channels; the body adds reductions over pixels or samples.</summary>
    public static Nest PerChannel(string title, int channels, int block, Action<Nest, Affine> body)
    {
        var nest = new Nest { Title = title };
        var axes = new ChannelAxes("c", channels, block, blocked: false);
        axes.AddTo(nest);
        nest.Block = null;
        body(nest, axes.Index.Index);
        return nest;
    }

    /// <summary>Every element of a shape, one at a time, a block of channels for each pixel: they lie together on one side.</summary>
    public static IReadOnlyList<Nest> Copy(string title, Shape shape, int phases, Func<Affine, Affine, Affine, (Access Target, Expr Value)> body)
    {
        // Where one side's columns lie in phases, whole rounds of them and what they leave.
        int whole = shape.Columns / phases * phases;
        var nests = new List<Nest>();
        if (whole > 0)
        {
            Add(0, whole / phases, phases);
        }

        if (whole < shape.Columns)
        {
            Add(whole, 1, shape.Columns - whole);
        }

        return nests;

        void Add(int start, int rounds, int columns)
        {
            var nest = new Nest { Title = title };
            var c = new Axis("c", shape.Channels);
            var i = new Axis("i", shape.Rows);
            var r = new Axis("r", columns);
            var j = new Axis("j", rounds);
            nest.Parallel.AddRange([c, i, r, j]);
            nest.Tile.Add(c);
            var (target, value) = body(c, i, (Affine)start + (j * phases) + r);
            nest.Stores.Add(new StoreTo(target, value));
            nests.Add(nest);
        }
    }

    /// <summary>The sum of a block of lanes: halves, quarters, and so on, so that every width could do the same.</summary>
    public static Expr Fold(Storage lanes, Affine start, int block)
    {
        var sums = Enumerable.Range(0, block).Select(lane => (Expr)new Access(lanes, start + lane)).ToList();
        for (int half = block / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
            {
                sums[lane] += sums[lane + half];
            }
        }

        return sums[0];
    }

    /// <summary>The sums of all shards, added in order to what is stored.</summary>
    public static Nest SumShards(string title, Storage shard, Storage target, int block)
    {
        var nest = new Nest { Title = title };
        var k = new Axis("k", shard.Length);
        nest.Parallel.Add(k);
        nest.Lane = shard.Length % block == 0 ? k : null;
        var n = new Axis("n", Axis.Symbolic) { Number = "shards" };
        nest.Reduction.Add(n);
        var sum = Sum(nest, "a", sum => sum + (Expr)new Access(shard, (Affine)k + n));
        nest.Stores.Add(Into(new Access(target, k), sum, target.Region == Region.Gradients));
        return nest;
    }

    /// <summary>The sum of a value over the nest's reduction axes, as its accumulator.</summary>
    public static Accumulator Sum(Nest nest, string name, Func<Accumulator, Expr> update)
    {
        var sum = new Accumulator(name, 0);
        sum.Update = update(sum);
        nest.Accumulators.Add(sum);
        return sum;
    }

    /// <summary>Zeros in a storage of whole blocks.</summary>
    public static Nest Clear(string title, Storage storage)
    {
        var k = new Axis("k", storage.Length);
        var nest = new Nest { Title = title, Lane = k };
        nest.Parallel.Add(k);
        nest.Stores.Add(new StoreTo(new Access(storage, k), 0));
        return nest;
    }

    /// <summary>A store that adds to what is there, or replaces it.</summary>
    public static StoreTo Into(Access target, Expr value, bool add) => new(target, add ? (Expr)target + value : value);
}
