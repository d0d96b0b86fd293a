namespace NumCnn.Conformance.Naive;

/// <summary>The windows of a pooling layer, by PyTorch's rules for padding and ceil_mode.</summary>
internal sealed class PoolWindows
{
    private readonly (int H, int W) _kernel, _stride, _dilation;
    private readonly (int Top, int Left, int Bottom, int Right) _padding;
    private readonly NaiveTensor _x;

    public PoolWindows(NaiveOptions options, NaiveTensor x)
    {
        _x = x;
        bool global = options.Kind == "global_max_pool2d";
        _kernel = global ? (x.H, x.W) : options.Pair("kernel_size", 0);
        _stride = options.Pair("stride", _kernel);
        _dilation = options.Pair("dilation", 1);
        _padding = options.Padding((x.H, x.W), _kernel, _stride, _dilation);
        bool ceil = options.Flag("ceil_mode", defaultValue: false);
        Rows = Count(x.H, _padding.Top, _padding.Bottom, _kernel.H, _stride.H, _dilation.H, ceil);
        Columns = Count(x.W, _padding.Left, _padding.Right, _kernel.W, _stride.W, _dilation.W, ceil);
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>The pixels of the image in a window, row by row.</summary>
    public IEnumerable<(int Row, int Column)> Pixels(int i, int j)
    {
        for (int u = 0; u < _kernel.H; u++)
        {
            for (int v = 0; v < _kernel.W; v++)
            {
                int row = i * _stride.H + u * _dilation.H - _padding.Top, column = j * _stride.W + v * _dilation.W - _padding.Left;
                if ((uint)row < (uint)_x.H && (uint)column < (uint)_x.W)
                {
                    yield return (row, column);
                }
            }
        }
    }

    /// <summary>The pixels of image and padding in a window; what overhangs even the padding does not count.</summary>
    public int SizeWithPadding(int i, int j)
    {
        int top = i * _stride.H - _padding.Top, left = j * _stride.W - _padding.Left;
        int bottom = Math.Min(top + _kernel.H, _x.H + _padding.Bottom), right = Math.Min(left + _kernel.W, _x.W + _padding.Right);
        return (bottom - top) * (right - left);
    }

    private static int Count(int size, int before, int after, int kernel, int stride, int dilation, bool ceil)
    {
        int span = size + before + after - dilation * (kernel - 1) - 1;
        int count = (ceil ? (span + stride - 1) / stride : span / stride) + 1;

        // the last window has to begin inside the image or the padding before it
        return ceil && (count - 1) * stride >= size + before ? count - 1 : count;
    }
}

/// <summary>The largest pixel of each window; the first one among equals gets the gradient.</summary>
internal sealed class NaiveMaxPool2d : NaiveUnaryLayer
{
    protected override NaiveTensor Forward(NaiveTensor x)
    {
        var windows = new PoolWindows(Options, x);
        var y = new NaiveTensor(x.N, x.C, windows.Rows, windows.Columns);
        foreach ((int n, int c, int i, int j) in y.Indices())
        {
            (int row, int column) = Largest(x, windows, n, c, i, j);
            y[n, c, i, j] = x[n, c, row, column];
        }

        return y;
    }

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        var windows = new PoolWindows(Options, x);
        NaiveTensor dx = x.Like();
        foreach ((int n, int c, int i, int j) in y.Indices())
        {
            (int row, int column) = Largest(x, windows, n, c, i, j);
            dx[n, c, row, column] += dy[n, c, i, j];
        }

        return dx;
    }

    private static (int Row, int Column) Largest(NaiveTensor x, PoolWindows windows, int n, int c, int i, int j)
    {
        (int Row, int Column)? best = null;
        foreach ((int row, int column) in windows.Pixels(i, j))
        {
            if (best is null || x[n, c, row, column] > x[n, c, best.Value.Row, best.Value.Column])
            {
                best = (row, column);
            }
        }

        return best!.Value;
    }
}

/// <summary>The mean of each window.</summary>
internal sealed class NaiveAvgPool2d : NaiveUnaryLayer
{
    protected override NaiveTensor Forward(NaiveTensor x)
    {
        var windows = new PoolWindows(Options, x);
        var y = new NaiveTensor(x.N, x.C, windows.Rows, windows.Columns);
        foreach ((int n, int c, int i, int j) in y.Indices())
        {
            double sum = 0;
            foreach ((int row, int column) in windows.Pixels(i, j))
            {
                sum += x[n, c, row, column];
            }

            y[n, c, i, j] = sum / Divisor(windows, i, j);
        }

        return y;
    }

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        var windows = new PoolWindows(Options, x);
        NaiveTensor dx = x.Like();
        foreach ((int n, int c, int i, int j) in y.Indices())
        {
            foreach ((int row, int column) in windows.Pixels(i, j))
            {
                dx[n, c, row, column] += dy[n, c, i, j] / Divisor(windows, i, j);
            }
        }

        return dx;
    }

    private int Divisor(PoolWindows windows, int i, int j)
        => Options.Flag("count_include_pad", defaultValue: true) ? windows.SizeWithPadding(i, j) : windows.Pixels(i, j).Count();
}

/// <summary>The mean of rows floor(i·H / out) to ceil((i + 1)·H / out), and columns likewise.</summary>
internal sealed class NaiveAdaptiveAvgPool2d : NaiveUnaryLayer
{
    protected override NaiveTensor Forward(NaiveTensor x)
    {
        (int rows, int columns) = Options.Pair("output_size", 1);
        var y = new NaiveTensor(x.N, x.C, rows, columns);
        foreach ((int n, int c, int i, int j) in y.Indices())
        {
            (int Row, int Column)[] pixels = Window(x, y, i, j);
            y[n, c, i, j] = pixels.Sum(pixel => x[n, c, pixel.Row, pixel.Column]) / pixels.Length;
        }

        return y;
    }

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        NaiveTensor dx = x.Like();
        foreach ((int n, int c, int i, int j) in y.Indices())
        {
            (int Row, int Column)[] pixels = Window(x, y, i, j);
            foreach ((int row, int column) in pixels)
            {
                dx[n, c, row, column] += dy[n, c, i, j] / pixels.Length;
            }
        }

        return dx;
    }

    private static (int Row, int Column)[] Window(NaiveTensor x, NaiveTensor y, int i, int j)
    {
        int top = i * x.H / y.H, bottom = ((i + 1) * x.H + y.H - 1) / y.H;
        int left = j * x.W / y.W, right = ((j + 1) * x.W + y.W - 1) / y.W;
        return [.. from row in Enumerable.Range(top, bottom - top) from column in Enumerable.Range(left, right - left) select (row, column)];
    }
}
