namespace NumCnn.Conformance.Naive;

/// <summary>Which pixel a coordinate outside the image means.</summary>
internal static class Border
{
    /// <summary>The index inside 0 … size - 1, or -1 for a pixel that holds a constant.</summary>
    public static int Map(int index, int size, string mode) => (uint)index < (uint)size ? index : mode switch
    {
        "replicate" => Math.Clamp(index, 0, size - 1),
        "reflect" => index < 0 ? -index : 2 * (size - 1) - index,
        "circular" => index < 0 ? index + size : index - size,
        _ => -1,
    };
}

/// <summary>y[o, i, j] = b[o] + Σ w[o, c, u, v] · x[c, i·s + u·d - top, j·s + v·d - left]; c runs over o's group.</summary>
internal sealed class NaiveConv2d : NaiveUnaryLayer
{
    protected override NaiveTensor Forward(NaiveTensor x)
    {
        (int outputs, int rows, int columns) = OutputShape(x);
        double[] w = Parameter("weight");
        double[]? b = OptionalParameter("bias", Options.Flag("bias", defaultValue: true));
        var y = new NaiveTensor(x.N, outputs, rows, columns);
        foreach ((int n, int o, int i, int j) in y.Indices())
        {
            double sum = b?[o] ?? 0;
            foreach ((int weight, int c, int row, int column) in Taps(x, o, i, j))
            {
                sum += w[weight] * x[n, c, row, column];
            }

            y[n, o, i, j] = sum;
        }

        return y;
    }

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        double[] w = Parameter("weight"), dw = Gradient("weight");
        double[]? db = Options.Flag("bias", defaultValue: true) ? Gradient("bias") : null;
        NaiveTensor dx = x.Like();
        foreach ((int n, int o, int i, int j) in y.Indices())
        {
            double d = dy[n, o, i, j];
            if (db is not null)
            {
                db[o] += d;
            }

            foreach ((int weight, int c, int row, int column) in Taps(x, o, i, j))
            {
                dw[weight] += d * x[n, c, row, column];
                dx[n, c, row, column] += d * w[weight];
            }
        }

        return dx;
    }

    private (int Outputs, int Rows, int Columns) OutputShape(NaiveTensor x)
    {
        (int H, int W) kernel = Options.Pair("kernel_size", 0), stride = Options.Pair("stride", 1), dilation = Options.Pair("dilation", 1);
        (int top, int left, int bottom, int right) = Options.Padding((x.H, x.W), kernel, stride, dilation);
        return (Options.Int("out_channels"),
            (x.H + top + bottom - dilation.H * (kernel.H - 1) - 1) / stride.H + 1,
            (x.W + left + right - dilation.W * (kernel.W - 1) - 1) / stride.W + 1);
    }

    /// <summary>The weights that reach output (o, i, j), each with the input that it multiplies; a zero border has none.</summary>
    private IEnumerable<(int Weight, int C, int Row, int Column)> Taps(NaiveTensor x, int o, int i, int j)
    {
        (int H, int W) kernel = Options.Pair("kernel_size", 0), stride = Options.Pair("stride", 1), dilation = Options.Pair("dilation", 1);
        (int top, int left, _, _) = Options.Padding((x.H, x.W), kernel, stride, dilation);
        string mode = Options.Text("padding_mode") ?? "zeros";
        int groups = Options.Int("groups", 1), inputs = x.C / groups, group = o / (Options.Int("out_channels") / groups);
        for (int c = 0; c < inputs; c++)
        {
            for (int u = 0; u < kernel.H; u++)
            {
                for (int v = 0; v < kernel.W; v++)
                {
                    int row = Border.Map(i * stride.H + u * dilation.H - top, x.H, mode);
                    int column = Border.Map(j * stride.W + v * dilation.W - left, x.W, mode);
                    if (row >= 0 && column >= 0)
                    {
                        yield return (((o * inputs + c) * kernel.H + u) * kernel.W + v, group * inputs + c, row, column);
                    }
                }
            }
        }
    }
}

/// <summary>y[o, i·s + u·d - top, j·s + v·d - left] += w[c, o, u, v] · x[c, i, j], beginning with the bias.</summary>
internal sealed class NaiveConvTranspose2d : NaiveUnaryLayer
{
    protected override NaiveTensor Forward(NaiveTensor x)
    {
        NaiveTensor y = Output(x);
        double[] w = Parameter("weight");
        double[]? b = OptionalParameter("bias", Options.Flag("bias", defaultValue: true));
        foreach ((int n, int o, int i, int j) in y.Indices())
        {
            y[n, o, i, j] = b?[o] ?? 0;
        }

        foreach ((int n, int c, int i, int j) in x.Indices())
        {
            foreach ((int weight, int o, int row, int column) in Taps(x, y, c, i, j))
            {
                y[n, o, row, column] += w[weight] * x[n, c, i, j];
            }
        }

        return y;
    }

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        double[] w = Parameter("weight"), dw = Gradient("weight");
        NaiveTensor dx = x.Like();
        foreach ((int n, int c, int i, int j) in x.Indices())
        {
            foreach ((int weight, int o, int row, int column) in Taps(x, y, c, i, j))
            {
                dw[weight] += dy[n, o, row, column] * x[n, c, i, j];
                dx[n, c, i, j] += dy[n, o, row, column] * w[weight];
            }
        }

        if (Options.Flag("bias", defaultValue: true))
        {
            double[] db = Gradient("bias");
            foreach ((int n, int o, int i, int j) in y.Indices())
            {
                db[o] += dy[n, o, i, j];
            }
        }

        return dx;
    }

    private NaiveTensor Output(NaiveTensor x)
    {
        (int H, int W) kernel = Options.Pair("kernel_size", 0), stride = Options.Pair("stride", 1), dilation = Options.Pair("dilation", 1), extra = Options.Pair("output_padding", 0);
        (int top, int left, int bottom, int right) = Options.Padding(default, kernel, stride, dilation);
        return new NaiveTensor(x.N, Options.Int("out_channels"),
            (x.H - 1) * stride.H - top - bottom + dilation.H * (kernel.H - 1) + extra.H + 1,
            (x.W - 1) * stride.W - left - right + dilation.W * (kernel.W - 1) + extra.W + 1);
    }

    private IEnumerable<(int Weight, int O, int Row, int Column)> Taps(NaiveTensor x, NaiveTensor y, int c, int i, int j)
    {
        (int H, int W) kernel = Options.Pair("kernel_size", 0), stride = Options.Pair("stride", 1), dilation = Options.Pair("dilation", 1);
        (int top, int left, _, _) = Options.Padding(default, kernel, stride, dilation);
        int groups = Options.Int("groups", 1), outputs = y.C / groups, group = c / (x.C / groups);
        for (int o = 0; o < outputs; o++)
        {
            for (int u = 0; u < kernel.H; u++)
            {
                for (int v = 0; v < kernel.W; v++)
                {
                    int row = i * stride.H + u * dilation.H - top, column = j * stride.W + v * dilation.W - left;
                    if ((uint)row < (uint)y.H && (uint)column < (uint)y.W)
                    {
                        yield return (((c * outputs + o) * kernel.H + u) * kernel.W + v, group * outputs + o, row, column);
                    }
                }
            }
        }
    }
}

/// <summary>y[o] = b[o] + Σ w[o, c] · x[c].</summary>
internal sealed class NaiveLinear : NaiveUnaryLayer
{
    protected override NaiveTensor Forward(NaiveTensor x)
    {
        double[] w = Parameter("weight");
        double[]? b = OptionalParameter("bias", Options.Flag("bias", defaultValue: true));
        var y = new NaiveTensor(x.N, Options.Int("out_features"), 1, 1);
        foreach ((int n, int o, _, _) in y.Indices())
        {
            double sum = b?[o] ?? 0;
            for (int c = 0; c < x.C; c++)
            {
                sum += w[o * x.C + c] * x[n, c, 0, 0];
            }

            y[n, o, 0, 0] = sum;
        }

        return y;
    }

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        double[] w = Parameter("weight"), dw = Gradient("weight");
        double[]? db = Options.Flag("bias", defaultValue: true) ? Gradient("bias") : null;
        NaiveTensor dx = x.Like();
        foreach ((int n, int o, _, _) in y.Indices())
        {
            double d = dy[n, o, 0, 0];
            if (db is not null)
            {
                db[o] += d;
            }

            for (int c = 0; c < x.C; c++)
            {
                dw[o * x.C + c] += d * x[n, c, 0, 0];
                dx[n, c, 0, 0] += d * w[o * x.C + c];
            }
        }

        return dx;
    }
}
