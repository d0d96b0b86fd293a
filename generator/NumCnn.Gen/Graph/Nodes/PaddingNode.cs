using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

internal enum BorderMode
{
    Constant,
    Replicate,
    Reflect,
    Circular,
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

    public override void Forward(ProgramBuilder program)
    {
        string title = $"{Layer}: a border of {_border.Top}, {_border.Left}, {_border.Bottom}, {_border.Right} (top, left, bottom, right), {Describe()}";
        var y = Output.View;
        var inside = y.From(0, _border.Top, _border.Left);
        var nests = new List<Nest>
        {
            Nests.Elementwise(title, Inner, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(inside.At(c, i, j), Input.View.At(c, i, j)))),
        };
        foreach (var (row, source) in Sources(_border.Top, _border.Bottom, Inner.Rows))
        {
            nests.Add(Line(title, program, Inner.Columns, j => (y.From(0, row, _border.Left), source < 0 ? null : y.From(0, source, _border.Left), 0, j)));
        }

        foreach (var (column, source) in Sources(_border.Left, _border.Right, Inner.Columns))
        {
            nests.Add(Line(title, program, Output.Shape.Rows, i => (y.From(0, 0, column), source < 0 ? null : y.From(0, 0, source), i, 0)));
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
        var nests = new List<Nest>();
        foreach (var (column, source) in Sources(_border.Left, _border.Right, Inner.Columns).Reverse())
        {
            if (source >= 0)
            {
                nests.Add(Fold(title, program, Output.Shape.Rows, i => (dy.From(0, 0, source), dy.From(0, 0, column), i, 0)));
            }
        }

        foreach (var (row, source) in Sources(_border.Top, _border.Bottom, Inner.Rows).Reverse())
        {
            if (source >= 0)
            {
                nests.Add(Fold(title, program, Inner.Columns, j => (dy.From(0, source, _border.Left), dy.From(0, row, _border.Left), 0, j)));
            }
        }

        bool add = Input.HasGradient;
        Input.HasGradient = true;
        nests.Add(Nests.Elementwise(title, Inner, program.Block, (nest, c, i, j) => nest.Stores.Add(Nests.Into(Input.Gradient.At(c, i, j), inside.At(c, i, j), add))));
        program.Add(Layer + ".Backward", title, Domain.Samples, nests, [(dy.Storage, "dy"), (Input.Gradient.Storage, "dx")]);
    }

    /// <summary>Pairs of a border line and the inner line that it repeats, in coordinates of the output; -1 for the constant.</summary>
    private IEnumerable<(int Line, int Source)> Sources(int before, int after, int size)
    {
        for (int k = 1; k <= before; k++)
        {
            yield return (before - k, Source(-k, size) is var source and >= 0 ? before + source : -1);
        }

        for (int k = 0; k < after; k++)
        {
            yield return (before + size + k, Source(size + k, size) is var source and >= 0 ? before + source : -1);
        }
    }

    private int Source(int index, int size) => _mode switch
    {
        BorderMode.Replicate => index < 0 ? 0 : size - 1,
        BorderMode.Reflect => index < 0 ? -index : (2 * (size - 1)) - index,
        BorderMode.Circular => index < 0 ? index + size : index - size,
        _ => -1,
    };

    private Nest Line(string title, ProgramBuilder program, int length, Func<Affine, (View Target, View? Source, Affine Row, Affine Column)> place)
        => Nests.Elementwise(title, Shape.Image(Inner.Channels, length, 1), program.Block, (nest, c, k, _) =>
        {
            var (target, source, row, column) = place(k);
            nest.Stores.Add(new StoreTo(target.At(c, row, column), source is null ? _value : source.At(c, row, column)));
        });

    private Nest Fold(string title, ProgramBuilder program, int length, Func<Affine, (View Target, View Source, Affine Row, Affine Column)> place)
        => Nests.Elementwise(title, Shape.Image(Inner.Channels, length, 1), program.Block, (nest, c, k, _) =>
        {
            var (target, source, row, column) = place(k);
            nest.Stores.Add(Nests.Into(target.At(c, row, column), source.At(c, row, column), add: true));
        });

    private string Describe() => _mode switch
    {
        BorderMode.Constant => double.IsNegativeInfinity(_value) ? "−∞" : _value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        BorderMode.Replicate => "repeating the edge",
        BorderMode.Reflect => "mirrored at the edge",
        _ => "from the opposite side",
    };
}
