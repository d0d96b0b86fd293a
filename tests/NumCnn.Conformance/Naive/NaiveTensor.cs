namespace NumCnn.Conformance.Naive;

/// <summary>N samples of [channels, rows, columns] in double precision. Features are channels of a single pixel.</summary>
internal sealed class NaiveTensor(int samples, int channels, int rows, int columns)
{
    public int N { get; } = samples;

    public int C { get; } = channels;

    public int H { get; } = rows;

    public int W { get; } = columns;

    public double[] Data { get; } = new double[samples * channels * rows * columns];

    public ref double this[int n, int c, int i, int j]
    {
        get
        {
            if ((uint)n >= (uint)N || (uint)c >= (uint)C || (uint)i >= (uint)H || (uint)j >= (uint)W)
            {
                throw new ArgumentOutOfRangeException(nameof(n), $"[{n}, {c}, {i}, {j}] is outside [{N}, {C}, {H}, {W}].");
            }

            return ref Data[((n * C + c) * H + i) * W + j];
        }
    }

    public static NaiveTensor Of(int samples, IReadOnlyList<int> shape, ReadOnlySpan<double> values)
    {
        NaiveTensor tensor = shape.Count == 1 ? new(samples, shape[0], 1, 1) : new(samples, shape[0], shape[1], shape[2]);
        values.CopyTo(tensor.Data);
        return values.Length == tensor.Data.Length ? tensor : throw new ArgumentException($"{values.Length} values for {tensor.Data.Length} elements.", nameof(values));
    }

    public NaiveTensor Like() => new(N, C, H, W);

    /// <summary>The same values in the same order under another shape.</summary>
    public NaiveTensor Reshape(int channels, int rows, int columns)
    {
        var result = new NaiveTensor(N, channels, rows, columns);
        if (result.Data.Length != Data.Length)
        {
            throw new ArgumentException($"[{C}, {H}, {W}] cannot become [{channels}, {rows}, {columns}].", nameof(channels));
        }

        Data.CopyTo(result.Data, 0);
        return result;
    }

    public NaiveTensor Map(Func<double, double> function)
    {
        NaiveTensor result = Like();
        for (int e = 0; e < Data.Length; e++)
        {
            result.Data[e] = function(Data[e]);
        }

        return result;
    }

    public NaiveTensor Zip(NaiveTensor other, Func<double, double, double> function)
    {
        if ((N, C, H, W) != (other.N, other.C, other.H, other.W))
        {
            throw new ArgumentException($"[{C}, {H}, {W}] against [{other.C}, {other.H}, {other.W}].", nameof(other));
        }

        NaiveTensor result = Like();
        for (int e = 0; e < Data.Length; e++)
        {
            result.Data[e] = function(Data[e], other.Data[e]);
        }

        return result;
    }

    /// <summary>Every index [n, c, i, j] in order.</summary>
    public IEnumerable<(int N, int C, int I, int J)> Indices()
    {
        for (int n = 0; n < N; n++)
        {
            for (int c = 0; c < C; c++)
            {
                for (int i = 0; i < H; i++)
                {
                    for (int j = 0; j < W; j++)
                    {
                        yield return (n, c, i, j);
                    }
                }
            }
        }
    }
}
