using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>Nests that many nodes share.</summary>
internal static class Nests
{
    /// <summary>Every element of a shape, lanes over channels.</summary>
    public static Nest Elementwise(string title, Shape shape, int block, Action<Nest, Affine, Affine, Affine> body)
    {
        var nest = new Nest { Title = title };
        var i = new Axis("i", shape.Rows);
        var j = new Axis("j", shape.Columns);
        nest.Parallel.AddRange([i, j]);
        var channels = new ChannelAxes("c", shape.Channels, block, blocked: false);
        channels.AddTo(nest);
        nest.Block = null;
        body(nest, channels.Index.Index, i, j);
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
    public static Nest Copy(string title, int channels, int rows, int columns, Func<Affine, Affine, Affine, (Access Target, Expr Value)> body)
    {
        var nest = new Nest { Title = title };
        var c = new Axis("c", channels);
        var i = new Axis("i", rows);
        var j = new Axis("j", columns);
        nest.Parallel.AddRange([c, i, j]);
        nest.Tile.Add(c);
        var (target, value) = body(c, i, j);
        nest.Stores.Add(new StoreTo(target, value));
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

    /// <summary>A store that adds to what is there, or replaces it.</summary>
    public static StoreTo Into(Access target, Expr value, bool add) => new(target, add ? (Expr)target + value : value);
}
