using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>
/// The maximum of each window; its gradient goes to the first element that equals it. Windows that the border cuts off are smaller: those
/// of one size are a piece of the output with a nest of its own.
/// </summary>
internal sealed class MaxPoolNode : Node, IEpilogue
{
    /// <summary>Windows up to here are unrolled in the gradient's kernel.</summary>
    private const int UnrolledTaps = 16;

    /// <summary>Windows up to this width may have lanes over columns: each of their columns is a literal of the code.</summary>
    private const int LongestColumns = 4;

    /// <summary>Windows up to here a convolution's kernel may take with it: each of their elements needs registers of its own.</summary>
    private const int FusedTaps = 4;

    private readonly Window _window;
    private readonly IReadOnlyList<Piece> _pieces;

    /// <summary>No window is cut off.</summary>
    public MaxPoolNode(string layer, Value input, Shape output, Window window)
        : base(layer, input)
    {
        _window = window;
        _pieces = [new(window, (0, 0), output, string.Empty)];
        Produce(layer, output);
    }

    /// <param name="layer">The layer.</param>
    /// <param name="input">The image.</param>
    /// <param name="output">The maxima.</param>
    /// <param name="window">A window that the border does not cut off.</param>
    /// <param name="rows">Rows of windows.</param>
    /// <param name="columns">Columns of windows.</param>
    public MaxPoolNode(string layer, Value input, Shape output, Window window, IReadOnlyList<WindowSpan> rows, IReadOnlyList<WindowSpan> columns)
        : base(layer, input)
    {
        _pieces = [.. rows.SelectMany(_ => columns, (row, column) => new Piece(
            window with { Kernel = (row.Size, column.Size), Start = (row.Start, column.Start) },
            (row.First, column.First),
            Shape.Image(output.Channels, row.Count, column.Count),
            rows.Count * columns.Count > 1 ? WindowSpan.Title(row, column) : string.Empty))];
        _window = _pieces.Count == 1 ? _pieces[0].Window : window;
        Produce(layer, output);
    }

    public Func<Expr, Expr>? Epilogue { get; set; }

    public string EpilogueName { get; set; } = string.Empty;

    public Window Window => _window;

    /// <summary>Few elements, none of them in two windows, and lanes over columns.</summary>
    public bool CanFuse => Output.Phases > 0 && Partitions && _window.Kernel.H * _window.Kernel.W <= FusedTaps;

    /// <summary>Not null where the input's gradient is one element a window, and says where that lies.</summary>
    public MaximaGradient? Maxima { get; set; }

    /// <summary>The gradient's kernel compares the elements of each window one by one, and all windows have the same.</summary>
    public bool CanPlace => _pieces.Count == 1 && _window.Kernel.H * _window.Kernel.W is > 1 and <= UnrolledTaps;

    private Value Input => Inputs[0];

    /// <summary>Every element is in one window exactly.</summary>
    private bool Partitions => _pieces.Count == 1 && _window.Partitions(Input.Shape, Output.Shape);

    public override (int Rows, int Columns) Reach => (
        _pieces.Max(static piece => piece.Window.Reach(piece.Shape).Rows),
        _pieces.Max(static piece => piece.Window.Reach(piece.Shape).Columns));

    public override int? PhasesOfInput(int phases)
        => Partitions && _window.Kernel.W <= LongestColumns && _window.Kernel.H * _window.Kernel.W <= UnrolledTaps ? phases * _window.Stride.W : null;

    public override void Forward(ProgramBuilder program)
    {
        string title = $"{Layer}{EpilogueName}: y[c,i,j] = max u,v  x[c, {_window.Stride.H}i+u, {_window.Stride.W}j+v]{(_pieces.Count > 1 ? ", as far as the window lies inside" : string.Empty)}";
        var nests = _pieces.Select(piece => Largest(title, program, piece, (c, i, j, largest) => [new(Output.View.At(c, i, j), Epilogue is null ? largest : Epilogue(largest))])).ToList();
        program.Add(Layer + ".Forward", title, Domain.Samples, nests, [(Input.View.Storage, "x"), (Output.View.Storage, "y")]);
    }

    /// <summary>The maximum of each of a piece's windows.</summary>
    private Nest Largest(string title, ProgramBuilder program, Piece piece, Func<Affine, Affine, Affine, Expr, IEnumerable<StoreTo>> stores)
    {
        var nest = new Nest { Title = title, Part = piece.Title };
        var (i, j) = Pixels(nest, program, piece, out var c);
        var u = new Axis("u", piece.Window.Kernel.H);
        var v = new Axis("v", piece.Window.Kernel.W);
        nest.Reduction.AddRange([u, v]);
        var largest = new Accumulator("a", double.NegativeInfinity);
        largest.Update = Expr.Max(largest, piece.Window.At(Input.View, c, i, j, u, v));
        nest.Accumulators.Add(largest);
        nest.Stores.AddRange(stores(c, piece.Row(i), piece.Column(j), largest));
        return nest;
    }

    public override void Backward(ProgramBuilder program)
    {
        if (!Input.NeedsGradient)
        {
            return;
        }

        if (Maxima is not null)
        {
            Place(program, Maxima);
            if (!Maxima.NeedsAll)
            {
                // What the maxima get has gone through the derivative, and nobody else needs it.
                GradientPart.Of(Input, this);
                return;
            }
        }

        var nests = new List<Nest>();

        // Windows that share elements, or leave some out, start from zero.
        bool partitions = Partitions;
        bool unrolls = _window.Kernel.H * _window.Kernel.W <= UnrolledTaps;
        var part = GradientPart.Of(Input, this, storesOnce: partitions && unrolls);
        string title = $"{Layer}: dx at the first maximum of each window {(part.Adds || !partitions ? "+=" : "=")} dy{part.Title}";
        if (!part.Adds && !partitions)
        {
            nests.Add(Nests.Elementwise(title, Input, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(Input.Gradient.At(c, i, j), 0))));
        }

        if (unrolls)
        {
            nests.AddRange(_pieces.Select(piece => partitions
                ? Select(title, program, piece, part.Share, part.StoreShare)
                : Select(title, program, piece, static (share, _) => share, (c, i, j, share, _) => Nests.Into(Input.Gradient.At(c, i, j), share, add: true))));
            program.Add(Layer + ".Backward", title, Domain.Samples, nests, [(Input.View.Storage, "x"), (Output.Gradient.Storage, "dy"), (Input.Gradient.Storage, "dx")]);
        }
        else
        {
            var length = Output.Shape.Pixels * ParameterTensor.Padded(Output.Shape.Channels, program.Block);
            var largest = new Storage(Layer + " largest", Region.Sample, length);
            var left = new Storage(Layer + " left", Region.Sample, length);
            nests.AddRange(_pieces.SelectMany(piece => SelectInLoops(title, program, piece, part.Adds || !partitions, largest, left)));
            program.Add(
                Layer + ".Backward",
                title,
                Domain.Samples,
                nests,
                [(Input.View.Storage, "x"), (Output.Gradient.Storage, "dy"), (largest, "largest"), (left, "left"), (Input.Gradient.Storage, "dx")]);
        }
    }

    /// <summary>A large window: what is left of dy waits in memory while loops go over the window.</summary>
    private IEnumerable<Nest> SelectInLoops(string title, ProgramBuilder program, Piece piece, bool add, Storage largest, Storage left)
    {
        int pitch = ParameterTensor.Padded(Output.Shape.Channels, program.Block);
        Access Scratch(Storage storage, Affine c, Affine i, Affine j) => new(storage, (i * (Output.Shape.Columns * pitch)) + (j * pitch) + c);

        yield return Largest(title, program, piece, (c, i, j, maximum) => [new(Scratch(largest, c, i, j), maximum), new(Scratch(left, c, i, j), Output.Gradient.At(c, i, j))]);

        var give = new Nest { Title = title, Part = piece.Title, Sequential = true };
        var (i, j) = Pixels(give, program, piece, out var c);
        var u = new Axis("u", piece.Window.Kernel.H);
        var v = new Axis("v", piece.Window.Kernel.W);
        give.Parallel.InsertRange(2, [u, v]);
        Expr x = piece.Window.At(Input.View, c, i, j, u, v);
        Expr top = Scratch(largest, c, piece.Row(i), piece.Column(j));
        Expr rest = Scratch(left, c, piece.Row(i), piece.Column(j));
        give.Stores.Add(Nests.Into(piece.Window.At(Input.Gradient, c, i, j, u, v), Expr.SelectEqual(x, top, rest, 0), add));
        give.Stores.Add(new StoreTo(Scratch(left, c, piece.Row(i), piece.Column(j)), Expr.SelectEqual(x, top, 0, rest)));
        yield return give;
    }

    /// <summary>What the maximum of each window gets, and where it lies.</summary>
    private void Place(ProgramBuilder program, MaximaGradient maxima)
    {
        var derivative = Input.Derivative;
        string title = $"{Layer}: what the first maximum of each window gets of dy{derivative?.Title}, nothing if it is NaN, and where it lies, counted in elements of {maxima.Convolution}'s x and w; all other elements of dx are zero";
        bool apart = maxima.InWeight is not null && !maxima.InputTrains;
        Add(Layer + ".Maxima", title, Output.Gradient, apart || maxima.InWeight is null ? [maxima.InImage] : [maxima.InImage, maxima.InWeight]);
        if (apart)
        {
            program.ForGradientOf(trains: false, () => Add(Layer + ".Places", $"{Layer}: where each window's maximum lies, counted in elements of {maxima.Convolution}'s w, for the gradient of the caller's input", null, [maxima.InWeight!]));
        }

        void Add(string kernel, string summary, View? dy, IReadOnlyList<View> places)
        {
            var nest = new Nest { Title = summary };
            var (i, j) = Pixels(nest, program, _pieces[0], out var c);
            List<((int Row, int Column) Place, Expr X)> taps = [.. _window.Taps.Select(tap => (tap, (Expr)_window.At(Input.View, c, i, j, tap.Row, tap.Column)))];
            var largest = taps.Select(static tap => tap.X).Aggregate(Expr.Max);
            if (dy is not null)
            {
                // With a NaN in its window nothing equals the maximum, and nothing gets anything.
                Expr all = dy.At(c, i, j);
                nest.Stores.Add(new StoreTo(maxima.Shares.At(c, i, j), Expr.SelectEqual(largest, largest, derivative is null ? all : derivative.Apply(largest, all), 0)));
            }

            foreach (var view in places)
            {
                Expr place = maxima.OffsetOf(view, taps[taps.Count - 1].Place);
                for (int k = taps.Count - 2; k >= 0; k--)
                {
                    place = Expr.SelectEqual(taps[k].X, largest, maxima.OffsetOf(view, taps[k].Place), place);
                }

                nest.Stores.Add(new StoreTo(view.At(c, i, j), place));
            }

            program.Add(kernel, summary, Domain.Samples, [nest], [(Input.View.Storage, "x"), (Output.Gradient.Storage, "dy"), .. maxima.Roles]);
        }
    }

    private Nest Select(string title, ProgramBuilder program, Piece piece, Func<Expr, Expr, Expr> complete, Func<Affine, Affine, Affine, Expr, Expr, StoreTo> store)
    {
        var window = piece.Window;
        var nest = new Nest { Title = title, Part = piece.Title, Sequential = !window.IsDisjoint };
        var (i, j) = Pixels(nest, program, piece, out var c);

        // Beyond the image dy is zero, and so is what goes to its windows.
        nest.Inside = null;
        Expr dy = Output.Gradient.At(c, piece.Row(i), piece.Column(j));
        List<(Affine Row, Affine Column, Expr X)> taps = [.. window.Taps.Select(tap => (window.Row(i, tap.Row), window.Column(j, tap.Column), (Expr)window.At(Input.View, c, i, j, tap.Row, tap.Column)))];
        if (taps.Count == 1)
        {
            nest.Stores.Add(store(c, taps[0].Row, taps[0].Column, complete(dy, taps[0].X), taps[0].X));
            return nest;
        }

        // The maximum anew, from the input: the output may have gone through another function.
        var largest = taps.Select(static tap => tap.X).Aggregate(Expr.Max);

        // What is left of dy: all of it until an element equals the maximum, and then nothing.
        var left = complete(dy, largest);
        foreach (var (row, column, x) in taps)
        {
            nest.Stores.Add(store(c, row, column, Expr.SelectEqual(x, largest, left, 0), x));
            left = Expr.SelectEqual(x, largest, 0, left);
        }

        return nest;
    }

    /// <summary>A piece's windows; alone it may lie with lanes over columns.</summary>
    private (Affine I, Affine J) Pixels(Nest nest, ProgramBuilder program, Piece piece, out Affine channel)
    {
        (channel, var i, var j) = ImageAxes.Over(nest, piece.Shape, Output.Phases, program.Block);
        return (i, j);
    }

    /// <summary>Windows of one size.</summary>
    /// <param name="Window">The first one begins at its start.</param>
    /// <param name="First">The first one's output.</param>
    /// <param name="Shape">Channels, rows and columns of them.</param>
    /// <param name="Title">Which they are, if there are others.</param>
    private sealed record Piece(Window Window, (int Row, int Column) First, Shape Shape, string Title)
    {
        public Affine Row(Affine i) => i + First.Row;

        public Affine Column(Affine j) => j + First.Column;
    }
}
