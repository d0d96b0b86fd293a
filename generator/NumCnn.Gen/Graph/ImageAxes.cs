using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>The axes of a nest over all elements of an image, with lanes along whatever lies together in its memory.</summary>
internal static class ImageAxes
{
    /// <summary>Lanes for the columns of one phase: whole 64-byte blocks.</summary>
    public static int Lanes(int columns, int phases, int block) => ((((columns + phases - 1) / phases) + block - 1) / block) * block;

    /// <summary>Rows, columns and channels of a value, as it lies.</summary>
    public static (Affine C, Affine I, Affine J) Over(Nest nest, Value value, int block) => Over(nest, value.Shape, value.Phases, block);

    /// <summary>The same for another image that lies as a value with these phases; 0 for channels last.</summary>
    public static (Affine C, Affine I, Affine J) Over(Nest nest, Shape shape, int phases, int block)
    {
        if (phases > 0)
        {
            var c = new Axis("c", shape.Channels);
            nest.Parallel.Add(c);
            var (row, column) = Columns(nest, shape, phases, block);
            return (c, row, column);
        }

        var i = new Axis("i", shape.Rows);
        var j = new Axis("j", shape.Columns);
        nest.Parallel.AddRange([i, j]);
        var channels = new ChannelAxes("c", shape.Channels, block, blocked: false);
        channels.AddTo(nest);
        nest.Block = null;
        return (channels.Index.Index, i, j);
    }

    /// <summary>Rows, phases, and lanes over the columns of a phase; lanes beyond the image store zeros.</summary>
    public static (Axis I, Affine J) Columns(Nest nest, Shape shape, int phases, int block)
    {
        var i = new Axis("i", shape.Rows);
        var phase = new Axis("r", phases);
        var lanes = new Axis("j", Lanes(shape.Columns, phases, block));
        nest.Parallel.AddRange([i, phase, lanes]);
        nest.Lane = lanes;
        var column = (lanes * phases) + phase;
        if (shape.Columns != lanes.Extent * phases)
        {
            nest.Inside = (column, shape.Columns);
        }

        return (i, column);
    }
}
