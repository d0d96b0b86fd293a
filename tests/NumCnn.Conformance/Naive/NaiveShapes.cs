namespace NumCnn.Conformance.Naive;

/// <summary>Another shape or the same: flatten, reshape, identity, and dropout where it drops nothing.</summary>
internal sealed class NaiveReshape : NaiveUnaryLayer
{
    protected override NaiveTensor Forward(NaiveTensor x)
    {
        if (Options.Kind == "dropout" && Network.Training && Options.Number("p", 0.5) > 0)
        {
            throw new NotSupportedException("A dropout mask has no reference.");
        }

        int length = x.C * x.H * x.W;
        if (Options.Kind == "flatten")
        {
            return x.Reshape(length, 1, 1);
        }

        if (Options.Kind != "reshape")
        {
            return x.Reshape(x.C, x.H, x.W);
        }

        int[] shape = Options.Ints("shape");
        int known = shape.Where(static size => size > 0).Aggregate(1, static (product, size) => product * size);
        shape = [.. shape.Select(size => size > 0 ? size : length / known)];
        return shape.Length == 1 ? x.Reshape(shape[0], 1, 1) : x.Reshape(shape[0], shape[1], shape[2]);
    }

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy) => dy.Reshape(x.C, x.H, x.W);
}

/// <summary>A layer whose outputs are fixed linear combinations of inputs of the same sample.</summary>
internal abstract class NaiveGather : NaiveUnaryLayer
{
    protected override NaiveTensor Forward(NaiveTensor x)
    {
        NaiveTensor y = Output(x);
        foreach ((int n, int c, int i, int j) in y.Indices())
        {
            y[n, c, i, j] = Constant(x, c, i, j) + Terms(x, y, c, i, j).Sum(term => term.Weight * x[n, term.C, term.Row, term.Column]);
        }

        return y;
    }

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        NaiveTensor dx = x.Like();
        foreach ((int n, int c, int i, int j) in y.Indices())
        {
            foreach ((double weight, int source, int row, int column) in Terms(x, y, c, i, j))
            {
                dx[n, source, row, column] += weight * dy[n, c, i, j];
            }
        }

        return dx;
    }

    protected abstract NaiveTensor Output(NaiveTensor x);

    protected abstract IEnumerable<(double Weight, int C, int Row, int Column)> Terms(NaiveTensor x, NaiveTensor y, int c, int i, int j);

    protected virtual double Constant(NaiveTensor x, int c, int i, int j) => 0;
}

/// <summary>A border of copied or constant pixels.</summary>
internal sealed class NaivePad2d : NaiveGather
{
    protected override NaiveTensor Output(NaiveTensor x)
    {
        (int top, int left, int bottom, int right) = Padding();
        return new NaiveTensor(x.N, x.C, x.H + top + bottom, x.W + left + right);
    }

    protected override IEnumerable<(double Weight, int C, int Row, int Column)> Terms(NaiveTensor x, NaiveTensor y, int c, int i, int j)
    {
        (int row, int column) = Source(x, i, j);
        if (row >= 0 && column >= 0)
        {
            yield return (1, c, row, column);
        }
    }

    protected override double Constant(NaiveTensor x, int c, int i, int j)
    {
        (int row, int column) = Source(x, i, j);
        return row < 0 || column < 0 ? Options.Number("value", 0) : 0;
    }

    private (int Top, int Left, int Bottom, int Right) Padding() => Options.Padding(default, default, default, default);

    private (int Row, int Column) Source(NaiveTensor x, int i, int j)
    {
        (int top, int left, _, _) = Padding();
        string mode = Options.Text("mode") ?? "constant";
        return (Border.Map(i - top, x.H, mode), Border.Map(j - left, x.W, mode));
    }
}

/// <summary>Nearest: pixel ⌊i / factor⌋. Bilinear: between the two rows and columns around (i + ½) / factor - ½, or corner to corner.</summary>
internal sealed class NaiveUpsample : NaiveGather
{
    protected override NaiveTensor Output(NaiveTensor x)
    {
        (int rows, int columns) = Options.Pair("scale_factor", 0);
        return new NaiveTensor(x.N, x.C, x.H * rows, x.W * columns);
    }

    protected override IEnumerable<(double Weight, int C, int Row, int Column)> Terms(NaiveTensor x, NaiveTensor y, int c, int i, int j)
    {
        foreach ((double rowWeight, int row) in Neighbours(i, x.H, y.H))
        {
            foreach ((double columnWeight, int column) in Neighbours(j, x.W, y.W))
            {
                yield return (rowWeight * columnWeight, c, row, column);
            }
        }
    }

    private (double Weight, int Index)[] Neighbours(int index, int size, int newSize)
    {
        if (Options.Text("mode") is not "bilinear")
        {
            return [(1, index / (newSize / size))];
        }

        bool corners = Options.Flag("align_corners", defaultValue: false);
        double position = corners ? newSize == 1 ? 0 : index * (double)(size - 1) / (newSize - 1) : Math.Max((index + 0.5) * size / newSize - 0.5, 0);
        int first = Math.Min((int)position, size - 1), second = Math.Min(first + 1, size - 1);
        return [(1 - (position - first), first), (position - first, second)];
    }
}

/// <summary>[C·r², H, W] to [C, H·r, W·r]: channel c·r² + u·r + v holds the pixels (i·r + u, j·r + v) of c.</summary>
internal sealed class NaivePixelShuffle : NaiveGather
{
    protected override NaiveTensor Output(NaiveTensor x)
    {
        int r = Options.Int("upscale_factor");
        return new NaiveTensor(x.N, x.C / (r * r), x.H * r, x.W * r);
    }

    protected override IEnumerable<(double Weight, int C, int Row, int Column)> Terms(NaiveTensor x, NaiveTensor y, int c, int i, int j)
    {
        int r = Options.Int("upscale_factor");
        yield return (1, c * r * r + i % r * r + j % r, i / r, j / r);
    }
}

/// <summary>The sum of the inputs.</summary>
internal sealed class NaiveAdd : NaiveLayer
{
    public override NaiveTensor Forward(NaiveTensor[] inputs) => inputs.Aggregate(static (sum, x) => sum.Zip(x, static (a, b) => a + b));

    public override NaiveTensor[] Backward(NaiveTensor[] inputs, NaiveTensor output, NaiveTensor dy) => [.. inputs.Select(_ => dy)];
}

/// <summary>The product of the inputs.</summary>
internal sealed class NaiveMul : NaiveLayer
{
    public override NaiveTensor Forward(NaiveTensor[] inputs) => inputs.Aggregate(static (product, x) => product.Zip(x, static (a, b) => a * b));

    public override NaiveTensor[] Backward(NaiveTensor[] inputs, NaiveTensor output, NaiveTensor dy)
        => [.. inputs.Select((_, index) => inputs.Where((_, other) => other != index).Aggregate(dy, static (product, x) => product.Zip(x, static (a, b) => a * b)))];
}

/// <summary>The inputs one after the other along channels or features.</summary>
internal sealed class NaiveConcat : NaiveLayer
{
    public override NaiveTensor Forward(NaiveTensor[] inputs)
    {
        var y = new NaiveTensor(inputs[0].N, inputs.Sum(static x => x.C), inputs[0].H, inputs[0].W);
        int start = 0;
        foreach (NaiveTensor x in inputs)
        {
            foreach ((int n, int c, int i, int j) in x.Indices())
            {
                y[n, start + c, i, j] = x[n, c, i, j];
            }

            start += x.C;
        }

        return y;
    }

    public override NaiveTensor[] Backward(NaiveTensor[] inputs, NaiveTensor output, NaiveTensor dy)
    {
        var result = new List<NaiveTensor>();
        int start = 0;
        foreach (NaiveTensor x in inputs)
        {
            NaiveTensor dx = x.Like();
            foreach ((int n, int c, int i, int j) in x.Indices())
            {
                dx[n, c, i, j] = dy[n, start + c, i, j];
            }

            result.Add(dx);
            start += x.C;
        }

        return [.. result];
    }
}
