using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

internal enum BorderMode
{
    Constant,
    Replicate,
    Reflect,
    Circular,
}

/// <summary>Neighbouring lines (rows or columns) of a border, and the inner lines that they repeat, in coordinates of the output.</summary>
/// <param name="First">The first line.</param>
/// <param name="Count">Their number.</param>
/// <param name="FirstSource">What the first one repeats; -1 for a constant.</param>
/// <param name="Step">From one line's source to the next one's: 0, 1 or -1.</param>
internal sealed record BorderSpan(int First, int Count, int FirstSource, int Step)
{
    public bool HasSource => FirstSource >= 0;

    public Affine Target(Axis k) => (Affine)First + k;

    public Affine Source(Axis k) => (Affine)FirstSource + (k * Step);

    /// <summary>The lines before and behind the image.</summary>
    public static IEnumerable<BorderSpan> Of(BorderMode mode, int before, int after, int size)
    {
        if (before > 0)
        {
            yield return mode switch
            {
                BorderMode.Replicate => new(0, before, before, 0),
                BorderMode.Reflect => new(0, before, 2 * before, -1),
                BorderMode.Circular => new(0, before, size, 1),
                _ => new(0, before, -1, 0),
            };
        }

        if (after > 0)
        {
            int first = before + size;
            yield return mode switch
            {
                BorderMode.Replicate => new(first, after, first - 1, 0),
                BorderMode.Reflect => new(first, after, first - 2, -1),
                BorderMode.Circular => new(first, after, before, 1),
                _ => new(first, after, -1, 0),
            };
        }
    }
}

/// <summary>
/// A copy of an image inside a filled border. The border is made of whole rows and then whole columns, each a copy of one
/// inside, so the gradient folds back the same way in reverse. (A border of zeros for a convolution needs no copy: see Value.Halo.)
/// </summary>
internal sealed class PaddingNode : Node
{
    private readonly Border _border;
    private readonly BorderMode _mode;
    private readonly double _value;

    public PaddingNode(string layer, Value input, Border border, BorderMode mode, double value)
        : base(layer, input)
    {
        _border = border;
        _mode = mode;
        _value = value;
        Produce(layer, Shape.Image(input.Shape.Channels, input.Shape.Rows + border.Top + border.Bottom, input.Shape.Columns + border.Left + border.Right));
    }

    private Value Input => Inputs[0];

    private Shape Inner => Input.Shape;

    private IEnumerable<BorderSpan> Rows => BorderSpan.Of(_mode, _border.Top, _border.Bottom, Inner.Rows);

    private IEnumerable<BorderSpan> Columns => BorderSpan.Of(_mode, _border.Left, _border.Right, Inner.Columns);

    public override void Forward(ProgramBuilder program)
    {
        string title = $"{Layer}: a border of {_border.Top}, {_border.Left}, {_border.Bottom}, {_border.Right} (top, left, bottom, right), {Describe()}";
        var y = Output.View;
        var inside = y.From(0, _border.Top, _border.Left);
        var nests = new List<Nest>
        {
            Nests.Elementwise(title, Inner, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(inside.At(c, i, j), Input.View.At(c, i, j)))),
        };
        var columns = y.From(0, 0, _border.Left);
        foreach (var span in Rows)
        {
            nests.Add(Lines(title, program, span, Inner.Columns, (nest, c, k, j) => nest.Stores.Add(new StoreTo(
                columns.At(c, span.Target(k), j),
                span.HasSource ? columns.At(c, span.Source(k), j) : _value))));
        }

        foreach (var span in Columns)
        {
            nests.Add(Lines(title, program, span, Output.Shape.Rows, (nest, c, k, i) => nest.Stores.Add(new StoreTo(
                y.At(c, i, span.Target(k)),
                span.HasSource ? y.At(c, i, span.Source(k)) : _value))));
        }

        program.Add(Layer + ".Forward", title, Domain.Samples, nests, [(Input.View.Storage, "x"), (y.Storage, "y")]);
    }

    public override void Backward(ProgramBuilder program)
    {
        if (!Input.NeedsGradient)
        {
            return;
        }

        string title = $"{Layer}: the border's gradients fold back to where its values came from";
        var dy = Output.Gradient;
        var inside = dy.From(0, _border.Top, _border.Left);
        var columns = dy.From(0, 0, _border.Left);
        var nests = new List<Nest>();
        foreach (var span in Columns.Where(static span => span.HasSource).Reverse())
        {
            nests.Add(Lines(title, program, span, Output.Shape.Rows, (nest, c, k, i) => nest.Stores.Add(
                Nests.Into(dy.At(c, i, span.Source(k)), dy.At(c, i, span.Target(k)), add: true))));
        }

        foreach (var span in Rows.Where(static span => span.HasSource).Reverse())
        {
            nests.Add(Lines(title, program, span, Inner.Columns, (nest, c, k, j) => nest.Stores.Add(
                Nests.Into(columns.At(c, span.Source(k), j), columns.At(c, span.Target(k), j), add: true))));
        }

        var part = GradientPart.Of(Input, this);
        nests.Add(Nests.Elementwise(title + part.Title, Inner, program.Block, (nest, c, i, j) => nest.Stores.Add(part.Store(c, i, j, inside.At(c, i, j)))));
        program.Add(Layer + ".Backward", title + part.Title, Domain.Samples, nests, [(dy.Storage, "dy"), .. part.Roles, (Input.Gradient.Storage, "dx")]);
    }

    /// <summary>A span's lines one after another, since several may come from one line, and the elements along them.</summary>
    private Nest Lines(string title, ProgramBuilder program, BorderSpan span, int length, Action<Nest, Affine, Axis, Affine> body)
    {
        var nest = new Nest { Title = title, Sequential = true };
        var k = new Axis("k", span.Count);
        var along = new Axis("j", length);
        nest.Parallel.AddRange([k, along]);
        var channels = new ChannelAxes("c", Inner.Channels, program.Block, blocked: false);
        channels.AddTo(nest);
        nest.Block = null;
        body(nest, channels.Index.Index, k, along);
        return nest;
    }

    private string Describe() => _mode switch
    {
        BorderMode.Constant => double.IsNegativeInfinity(_value) ? "−∞" : _value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        BorderMode.Replicate => "repeating the edge",
        BorderMode.Reflect => "mirrored at the edge",
        _ => "from the opposite side",
    };
}
