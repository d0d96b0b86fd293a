namespace NumCnn.Benchmarks.Peers.Scalar;

/// <summary>A convolution: each tap adds a row of the input, times its weight, to a row of the output.</summary>
internal sealed class ScalarConvolution
{
    private readonly float[] _input;
    private readonly float[] _output;
    private readonly float[] _weight;
    private readonly float[]? _bias;
    private readonly (int Channels, int Rows, int Columns) _in;
    private readonly (int Channels, int Rows, int Columns) _out;
    private readonly (int Rows, int Columns) _kernel;
    private readonly (int Rows, int Columns) _stride;
    private readonly (int Top, int Left) _border;
    private readonly int _groups;

    public ScalarConvolution(LayerOptions options, ParameterSet<float> parameters, float[] input, float[] output)
    {
        var layer = options.Layer;
        (_input, _output) = (input, output);
        _in = (layer.InputShape[0], layer.InputShape[1], layer.InputShape[2]);
        _out = (layer.OutputShape[0], layer.OutputShape[1], layer.OutputShape[2]);
        (_kernel, _stride) = (options.Pair("kernel_size"), options.Pair("stride"));
        _border = options.Border(_kernel, _stride);
        _groups = options.Int("groups");
        _weight = ScalarLayers.Values(parameters, layer, "weight")!;
        _bias = ScalarLayers.Values(parameters, layer, "bias");
    }

    public void Run()
    {
        int inputs = _in.Channels / _groups, outputs = _out.Channels / _groups, tap = 0;
        for (int o = 0; o < _out.Channels; o++)
        {
            int pixels = _out.Rows * _out.Columns;
            _output.AsSpan(o * pixels, pixels).Fill(_bias is null ? 0 : _bias[o]);
            int firstChannel = o / outputs * inputs;
            for (int c = firstChannel; c < firstChannel + inputs; c++)
            {
                for (int u = 0; u < _kernel.Rows; u++)
                {
                    for (int v = 0; v < _kernel.Columns; v++)
                    {
                        AddTap(o, c, u - _border.Top, v - _border.Left, _weight[tap++]);
                    }
                }
            }
        }
    }

    private void AddTap(int output, int channel, int rowShift, int columnShift, float weight)
    {
        int stride = _stride.Columns;

        // The columns whose input lies inside the image.
        int first = columnShift >= 0 ? 0 : (-columnShift + stride - 1) / stride;
        int end = Math.Min(_out.Columns, (_in.Columns - columnShift + stride - 1) / stride);
        if (end <= first)
        {
            return;
        }

        for (int i = 0; i < _out.Rows; i++)
        {
            int row = (i * _stride.Rows) + rowShift;
            if ((uint)row >= (uint)_in.Rows)
            {
                continue;
            }

            var to = _output.AsSpan((((output * _out.Rows) + i) * _out.Columns) + first, end - first);
            var from = _input.AsSpan((((channel * _in.Rows) + row) * _in.Columns) + (first * stride) + columnShift);
            if (stride == 1)
            {
                from = from[..to.Length];
                for (int j = 0; j < to.Length; j++)
                {
                    to[j] += weight * from[j];
                }
            }
            else
            {
                for (int j = 0, k = 0; j < to.Length; j++, k += stride)
                {
                    to[j] += weight * from[k];
                }
            }
        }
    }
}
