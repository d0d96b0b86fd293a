using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>
/// The mean of each window. Windows that the border cuts off, or that adaptive pooling makes uneven, fall into spans of equal
/// size and divisor; rows and columns each have theirs.
/// </summary>
internal sealed class AveragePoolNode : Node, IEpilogue
{
    private readonly IReadOnlyList<WindowSpan> _rows;
    private readonly IReadOnlyList<WindowSpan> _columns;

    public AveragePoolNode(string layer, Value input, Shape output, IReadOnlyList<WindowSpan> rows, IReadOnlyList<WindowSpan> columns)
        : base(layer, input)
    {
        _rows = rows;
        _columns = columns;
        Produce(layer, output);
    }

    public Func<Expr, Expr>? Epilogue { get; set; }

    public string EpilogueName { get; set; } = string.Empty;

    public override (int Rows, int Columns) Reach => (_rows.Max(static span => span.End), _columns.Max(static span => span.End));

    private Value Input => Inputs[0];

    public override void Forward(ProgramBuilder program)
    {
        string title = $"{Layer}{EpilogueName}: y[c,i,j] = mean of x over the window of (i, j)";
        var nests = new List<Nest>();
        foreach (var (rows, columns) in Spans())
        {
            var nest = new Nest { Title = title, Part = Title(rows, columns) };
            var (c, i, j) = Pixels(nest, program, rows, columns);
            var u = new Axis("u", rows.Size);
            var v = new Axis("v", columns.Size);
            nest.Reduction.AddRange([u, v]);
            var sum = Nests.Sum(nest, "a", sum => sum + (Expr)Input.View.At(c, Place(rows, i) + u, Place(columns, j) + v));
            var mean = sum * (1.0 / ((double)rows.Divisor * columns.Divisor));
            nest.Stores.Add(new StoreTo(Output.View.At(c, (i * rows.Step) + rows.First, (j * columns.Step) + columns.First), Epilogue is null ? mean : Epilogue(mean)));
            nests.Add(nest);
        }

        program.Add(Layer + ".Forward", title, Domain.Samples, nests, [(Input.View.Storage, "x"), (Output.View.Storage, "y")]);
    }

    public override void Backward(ProgramBuilder program)
    {
        if (!Input.NeedsGradient)
        {
            return;
        }

        string title = $"{Layer}: every element of a window gets its share of dy";
        var part = GradientPart.Of(Input, this, storesOnce: false);
        var nests = new List<Nest>();
        if (!part.Adds)
        {
            nests.Add(Nests.Elementwise(title, Input.Shape, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(Input.Gradient.At(c, i, j), 0))));
        }

        foreach (var (rows, columns) in Spans())
        {
            var nest = new Nest { Title = title, Part = Title(rows, columns), Sequential = true };
            var (c, i, j) = Pixels(nest, program, rows, columns);
            var u = new Axis("u", rows.Size);
            var v = new Axis("v", columns.Size);
            nest.Parallel.InsertRange(2, [u, v]);
            Expr share = (Expr)Output.Gradient.At(c, (i * rows.Step) + rows.First, (j * columns.Step) + columns.First) * (1.0 / ((double)rows.Divisor * columns.Divisor));
            nest.Stores.Add(Nests.Into(Input.Gradient.At(c, Place(rows, i) + u, Place(columns, j) + v), share, add: true));
            nests.Add(nest);
        }

        program.Add(Layer + ".Backward", title, Domain.Samples, nests, [(Output.Gradient.Storage, "dy"), (Input.Gradient.Storage, "dx")]);
    }

    private static Affine Place(WindowSpan span, Axis axis) => (Affine)span.Start + (axis * span.Stride);

    private string Title(WindowSpan rows, WindowSpan columns) => _rows.Count * _columns.Count > 1 ? WindowSpan.Title(rows, columns) : string.Empty;

    private IEnumerable<(WindowSpan Rows, WindowSpan Columns)> Spans() => _rows.SelectMany(_ => _columns, static (rows, columns) => (rows, columns));

    private static (Affine C, Axis I, Axis J) Pixels(Nest nest, ProgramBuilder program, int channelCount, WindowSpan rows, WindowSpan columns)
    {
        var i = new Axis("i", rows.Count);
        var j = new Axis("j", columns.Count);
        nest.Parallel.AddRange([i, j]);
        var channels = new ChannelAxes("c", channelCount, program.Block, blocked: false);
        channels.AddTo(nest);
        nest.Block = null;
        return (channels.Index.Index, i, j);
    }

    private (Affine C, Axis I, Axis J) Pixels(Nest nest, ProgramBuilder program, WindowSpan rows, WindowSpan columns)
        => Pixels(nest, program, Output.Shape.Channels, rows, columns);
}
