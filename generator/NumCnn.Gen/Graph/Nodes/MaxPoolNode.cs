using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>The maximum of each window; its gradient goes to the first element that equals it.</summary>
internal sealed class MaxPoolNode : Node, IEpilogue
{
    /// <summary>Windows up to here are unrolled in the gradient's kernel.</summary>
    private const int UnrolledTaps = 16;

    /// <summary>Windows up to this width may have lanes over columns: each of their columns is a literal of the code.</summary>
    private const int LongestColumns = 4;

    /// <summary>Windows up to here a convolution's kernel may take with it: each of their elements needs registers of its own.</summary>
    private const int FusedTaps = 4;

    private readonly Window _window;

    public MaxPoolNode(string layer, Value input, Shape output, Window window)
        : base(layer, input)
    {
        _window = window;
        Produce(layer, output);
    }

    public Func<Expr, Expr>? Epilogue { get; set; }

    public string EpilogueName { get; set; } = string.Empty;

    public Window Window => _window;

    /// <summary>Few elements, none of them in two windows, and lanes over columns.</summary>
    public bool CanFuse => Output.Phases > 0 && _window.Partitions(Input.Shape, Output.Shape) && _window.Kernel.H * _window.Kernel.W <= FusedTaps;

    private Value Input => Inputs[0];

    public override int? PhasesOfInput(int phases)
        => _window.Partitions(Input.Shape, Output.Shape) && _window.Kernel.W <= LongestColumns && _window.Kernel.H * _window.Kernel.W <= UnrolledTaps ? phases * _window.Stride.W : null;

    public override void Forward(ProgramBuilder program)
    {
        string title = $"{Layer}{EpilogueName}: y[c,i,j] = max u,v  x[c, {_window.Stride.H}i+u, {_window.Stride.W}j+v]";
        var nest = new Nest { Title = title };
        var (i, j) = Pixels(nest, program, out var c);
        var u = new Axis("u", _window.Kernel.H);
        var v = new Axis("v", _window.Kernel.W);
        nest.Reduction.AddRange([u, v]);
        var largest = new Accumulator("a", double.NegativeInfinity);
        largest.Update = Expr.Max(largest, _window.At(Input.View, c, i, j, u, v));
        nest.Accumulators.Add(largest);
        nest.Stores.Add(new StoreTo(Output.View.At(c, i, j), Epilogue is null ? largest : Epilogue(largest)));
        program.Add(Layer + ".Forward", title, nest, (Input.View.Storage, "x"), (Output.View.Storage, "y"));
    }

    public override void Backward(ProgramBuilder program)
    {
        if (!Input.NeedsGradient)
        {
            return;
        }

        var nests = new List<Nest>();

        // Windows that share elements, or leave some out, start from zero.
        bool partitions = _window.Partitions(Input.Shape, Output.Shape);
        bool unrolls = _window.Kernel.H * _window.Kernel.W <= UnrolledTaps;
        var part = GradientPart.Of(Input, this, storesOnce: partitions && unrolls);
        string title = $"{Layer}: dx at the first maximum of each window {(part.Adds || !partitions ? "+=" : "=")} dy{part.Title}";
        if (!part.Adds && !partitions)
        {
            nests.Add(Nests.Elementwise(title, Input, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(Input.Gradient.At(c, i, j), 0))));
        }

        if (unrolls)
        {
            nests.Add(Select(title, program, (c, i, j, value, x) => partitions ? part.Store(c, i, j, value, x) : Nests.Into(Input.Gradient.At(c, i, j), value, add: true)));
            program.Add(Layer + ".Backward", title, Domain.Samples, nests, [(Input.View.Storage, "x"), (Output.Gradient.Storage, "dy"), (Input.Gradient.Storage, "dx")]);
        }
        else
        {
            var length = Output.Shape.Pixels * ParameterTensor.Padded(Output.Shape.Channels, program.Block);
            var largest = new Storage(Layer + " largest", Region.Sample, length);
            var left = new Storage(Layer + " left", Region.Sample, length);
            nests.AddRange(SelectInLoops(title, program, part.Adds || !partitions, largest, left));
            program.Add(
                Layer + ".Backward",
                title,
                Domain.Samples,
                nests,
                [(Input.View.Storage, "x"), (Output.Gradient.Storage, "dy"), (largest, "largest"), (left, "left"), (Input.Gradient.Storage, "dx")]);
        }
    }

    /// <summary>A large window: what is left of dy waits in memory while loops go over the window.</summary>
    private IEnumerable<Nest> SelectInLoops(string title, ProgramBuilder program, bool add, Storage largest, Storage left)
    {
        int pitch = ParameterTensor.Padded(Output.Shape.Channels, program.Block);
        Access Scratch(Storage storage, Affine c, Affine i, Affine j) => new(storage, (i * (Output.Shape.Columns * pitch)) + (j * pitch) + c);

        var find = new Nest { Title = title };
        var (i, j) = Pixels(find, program, out var c);
        var u = new Axis("u", _window.Kernel.H);
        var v = new Axis("v", _window.Kernel.W);
        find.Reduction.AddRange([u, v]);
        var maximum = new Accumulator("a", double.NegativeInfinity);
        maximum.Update = Expr.Max(maximum, _window.At(Input.View, c, i, j, u, v));
        find.Accumulators.Add(maximum);
        find.Stores.Add(new StoreTo(Scratch(largest, c, i, j), maximum));
        find.Stores.Add(new StoreTo(Scratch(left, c, i, j), Output.Gradient.At(c, i, j)));
        yield return find;

        var give = new Nest { Title = title, Sequential = true };
        (i, j) = Pixels(give, program, out c);
        u = new Axis("u", _window.Kernel.H);
        v = new Axis("v", _window.Kernel.W);
        give.Parallel.InsertRange(2, [u, v]);
        Expr x = _window.At(Input.View, c, i, j, u, v);
        Expr top = Scratch(largest, c, i, j);
        Expr rest = Scratch(left, c, i, j);
        give.Stores.Add(Nests.Into(_window.At(Input.Gradient, c, i, j, u, v), Expr.SelectEqual(x, top, rest, 0), add));
        give.Stores.Add(new StoreTo(Scratch(left, c, i, j), Expr.SelectEqual(x, top, 0, rest)));
        yield return give;
    }

    private Nest Select(string title, ProgramBuilder program, Func<Affine, Affine, Affine, Expr, Expr, StoreTo> store)
    {
        var nest = new Nest { Title = title, Sequential = !_window.IsDisjoint };
        var (i, j) = Pixels(nest, program, out var c);

        // Beyond the image dy is zero, and so is what goes to its windows.
        nest.Inside = null;
        List<(Affine Row, Affine Column, Expr X)> taps = [.. _window.Taps.Select(tap => (_window.Row(i, tap.Row), _window.Column(j, tap.Column), (Expr)_window.At(Input.View, c, i, j, tap.Row, tap.Column)))];
        if (taps.Count == 1)
        {
            nest.Stores.Add(store(c, taps[0].Row, taps[0].Column, Output.Gradient.At(c, i, j), taps[0].X));
            return nest;
        }

        // The maximum anew, from the input: the output may have gone through another function.
        var largest = taps.Select(static tap => tap.X).Aggregate(Expr.Max);

        // What is left of dy: all of it until an element equals the maximum, and then nothing.
        Expr left = Output.Gradient.At(c, i, j);
        foreach (var (row, column, x) in taps)
        {
            nest.Stores.Add(store(c, row, column, Expr.SelectEqual(x, largest, left, 0), x));
            left = Expr.SelectEqual(x, largest, 0, left);
        }

        return nest;
    }

    private (Affine I, Affine J) Pixels(Nest nest, ProgramBuilder program, out Affine channel)
    {
        (channel, var i, var j) = ImageAxes.Over(nest, Output, program.Block);
        return (i, j);
    }
}
