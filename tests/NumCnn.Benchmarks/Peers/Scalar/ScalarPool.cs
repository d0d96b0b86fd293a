namespace NumCnn.Benchmarks.Peers.Scalar;

/// <summary>A pool whose border counts in the mean, as PyTorch's does by default.</summary>
internal sealed class ScalarPool
{
    private readonly float[] _input;
    private readonly float[] _output;
    private readonly LayerInfo _layer;
    private readonly (int Rows, int Columns) _kernel;
    private readonly (int Rows, int Columns) _stride;
    private readonly (int Top, int Left) _border;
    private readonly bool _isMax;

    public ScalarPool(LayerOptions options, float[] input, float[] output)
    {
        (_layer, _input, _output) = (options.Layer, input, output);
        (_kernel, _stride) = (options.Pair("kernel_size"), options.Pair("stride"));
        _border = options.Border(_kernel, _stride);
        _isMax = _layer.Kind == "max_pool2d";
    }

    public void Run()
    {
        var (channels, rows, columns) = (_layer.OutputShape[0], _layer.OutputShape[1], _layer.OutputShape[2]);
        int to = 0;
        for (int c = 0; c < channels; c++)
        {
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    _output[to++] = Window(c, (i * _stride.Rows) - _border.Top, (j * _stride.Columns) - _border.Left);
                }
            }
        }
    }

    private float Window(int channel, int top, int left)
    {
        var (rows, columns) = (_layer.InputShape[1], _layer.InputShape[2]);
        int firstColumn = Math.Max(left, 0), endColumn = Math.Min(left + _kernel.Columns, columns);
        float result = _isMax ? float.NegativeInfinity : 0;
        for (int row = Math.Max(top, 0); row < Math.Min(top + _kernel.Rows, rows); row++)
        {
            foreach (float value in _input.AsSpan((((channel * rows) + row) * columns) + firstColumn, endColumn - firstColumn))
            {
                result = !_isMax ? result + value : value > result ? value : result;
            }
        }

        return _isMax ? result : result / (_kernel.Rows * _kernel.Columns);
    }
}
