using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>
/// The gradients of a convolution whose output's gradient has one element a window of a pooling, at a place that is known when the kernel
/// runs. Pixels lie without gaps, so that a row of the kernel's taps is one run of elements, which vectors cover. The weight's gradient
/// adds up, for each output channel, what the taps read from each window's maximum. The input's gradient adds up, over output
/// channels, what every window gives to all pixels that its elements could reach: the weight, moved to where the maximum is, with zeros
/// around it.
/// </summary>
internal sealed class MaximaSums
{
    /// <summary>The share of the other sums' cycles that these may take at most: what is not counted must not turn a gain into a loss.</summary>
    private const double Margin = 0.8;

    /// <summary>Vectors that the sums over all pixels multiply and add in a cycle.</summary>
    private const double DirectRate = 1.7;

    /// <summary>Cycles of a multiply-add that loads its operand, where vectors lie in lines of their own, where they lie across two, and from the second cache.</summary>
    private const double AlignedLoad = 0.6, CrossingLoad = 1, DistantLoad = 1.75;

    /// <summary>Cycles of reading a place and a gradient, for a tile of so many vectors.</summary>
    private const double StepCycles = 4, VectorsOfTile = 24;

    /// <summary>Cycles of a vector that is loaded, added to and stored, in the first cache and in the second.</summary>
    private const double UpdateCycles = 2, DistantUpdate = 3;

    /// <summary>Numbers that float32 holds exactly.</summary>
    private const long LargestPlace = 1 << 24;

    private readonly ConvolutionEquation _equation;
    private readonly Window _window;
    private readonly Shape _windows;
    private readonly int _block;
    private readonly int _elementSize;

    /// <summary>Rows and columns of x from what a window's first element reads to what its last one does.</summary>
    private readonly (int Rows, int Columns) _shift;

    private MaximaSums(ConvolutionEquation equation, Window window, Shape windows)
    {
        _elementSize = 64 / equation.Block;
        _equation = equation;
        _window = window;
        _windows = windows;
        _block = equation.Block;
        _shift = ((window.Kernel.H - 1) * window.Dilation.H * equation.Stride.H, (window.Kernel.W - 1) * window.Dilation.W * equation.Stride.W);
    }

    /// <summary>The input's gradient is computed so, too; otherwise it needs all of the output's.</summary>
    public bool ForInput { get; private init; }

    /// <summary>Elements of the sums that <see cref="WeightGradient"/> needs.</summary>
    public int SumsLength => checked(_equation.Outputs * RowOfSums * _equation.Kernel.H);

    /// <summary>Elements of the weight with its zeros.</summary>
    public int PaddedLength => Padded(checked((_equation.Outputs * PaddedWeight) + _block));

    /// <summary>Pixels of x that have to lie around it without gaps.</summary>
    public Border Border => _equation.XBorder;

    /// <summary>Elements between pixels.</summary>
    public int Pitch => _equation.Inputs;

    /// <summary>Elements that vectors may touch behind an image.</summary>
    public int Behind => _block;

    private int KernelRun => _equation.Kernel.W * Pitch;

    private int RowOfSums => Padded(KernelRun);

    /// <summary>What all of a window's elements could reach: rows, and a row's elements.</summary>
    private (int Rows, int Run) Reached => (_equation.Kernel.H + _shift.Rows, KernelRun + (_shift.Columns * Pitch));

    private int RowOfPadded => (_shift.Columns * Pitch) + Padded(Reached.Run);

    private int PaddedWeight => (_equation.Kernel.H + (2 * _shift.Rows)) * RowOfPadded;

    private int Columns => Math.Max(((_windows.Columns - 1) * _window.Stride.W * _equation.Stride.W) + _shift.Columns + _equation.Kernel.W, _equation.PadLeft + _equation.X.Columns);

    private int Rows => Math.Max(((_windows.Rows - 1) * _window.Stride.H * _equation.Stride.H) + _shift.Rows + _equation.Kernel.H, _equation.PadTop + _equation.X.Rows);

    /// <summary>These sums, or null where they cannot be, or where the ones over all pixels are cheaper.</summary>
    /// <param name="equation">The convolution.</param>
    /// <param name="window">The pooling's windows.</param>
    /// <param name="windows">Their number.</param>
    /// <param name="order">The weight's order.</param>
    /// <param name="shares">The share of the other sums' cycles that another algorithm takes: for the weight's gradient and for the input's, which is 0 where that is not computed.</param>
    public static MaximaSums? For(ConvolutionEquation equation, Window window, Shape windows, WeightOrder order, (double Weight, double Input) shares)
    {
        if (equation.Groups > 1 || equation.Dilation != (1, 1) || equation.Y.Pixels == 1 || window.Start != (0, 0))
        {
            return null;
        }

        var sums = new MaximaSums(equation, window, windows);
        long image = (long)sums.RowOfImage * (sums._shift.Rows + 1);
        if (sums.SumsLength > ProgramBuilder.LargestShard || image >= LargestPlace || sums.InWeight((0, 0)) >= LargestPlace)
        {
            return null;
        }

        double weight = equation.MultiplyAdds / (equation.Block * equation.UsefulLanes(order)) / DirectRate * shares.Weight;
        double overChannels = equation.Y.Pixels * (double)sums.Padded(equation.Inputs) / equation.Block;
        double overColumns = (double)equation.Y.Rows * sums.Padded(equation.Y.Columns) / equation.Block * equation.Inputs;
        double input = Math.Min(overChannels, overColumns) * equation.Taps * equation.Outputs / DirectRate * shares.Input;
        bool forInput = input == 0 || sums.InputCycles < Margin * input;
        return sums.WeightCycles < Margin * weight ? new(equation, window, windows) { ForInput = forInput } : null;
    }

    /// <summary>Where the element of a window lies from the first one, in x, whose rows lie this far apart.</summary>
    public int InImage((int Row, int Column) place, int row) => (Shift(place).Rows * row) + (Shift(place).Columns * Pitch);

    /// <summary>Where the weight begins that is moved to the element, in the zeros around it.</summary>
    public int InWeight((int Row, int Column) place) => ((_shift.Rows - Shift(place).Rows) * RowOfPadded) + ((_shift.Columns - Shift(place).Columns) * Pitch);

    /// <summary>The sums of dw, [output][row][column and input], over the windows of a sample.</summary>
    public Nest WeightGradient(string title, MaximaGradient maxima, Storage sums)
    {
        var nest = new Nest { Title = title };
        var o = new Axis("o", _equation.Outputs);
        var u = new Axis("u", _equation.Kernel.H);
        var (k, l) = (new Axis("k", RowOfSums / _block), new Axis("l", _block));
        nest.Parallel.AddRange([o, u, k, l]);
        nest.Lane = l;
        nest.Tile.AddRange([k, u]);
        var (i, j) = (new Axis("i", _windows.Rows), new Axis("j", _windows.Columns));
        nest.Reduction.Add(j);
        if (SumsRowByRow)
        {
            nest.Parallel.Insert(0, i);
            nest.Ordered = 1;
        }
        else
        {
            nest.Reduction.Insert(0, i);
        }

        Affine run = (k * _block) + l;
        var place = maxima.Image.From(0, -_equation.PadTop, -_equation.PadLeft).At(0, (i * (_window.Stride.H * _equation.Stride.H)) + u, j * (_window.Stride.W * _equation.Stride.W));
        var offset = new StoredOffset(maxima.InImage.At(o, i, j), InImage((_window.Kernel.H - 1, _window.Kernel.W - 1), maxima.Image.RowStride), Pitch);
        var target = new Access(sums, (o * (_equation.Kernel.H * RowOfSums)) + (u * RowOfSums) + run);
        var sum = new Accumulator("a", target);
        sum.Update = Expr.MultiplyAdd(new Access(place.Storage, place.Address + run, null, offset), maxima.Shares.At(o, i, j), sum);
        nest.Accumulators.Add(sum);
        nest.Stores.Add(new StoreTo(target, sum));
        return nest;
    }

    /// <summary>Adds the sums to the weight's gradient.</summary>
    public IReadOnlyList<Nest> FoldWeights(string title, Storage sums, Storage weightGradient, WeightOrder order)
        => _equation.OverWeights(title, order, (target, o, u, v, c) => Nests.Into(
            target(weightGradient),
            new Access(sums, (o * (_equation.Kernel.H * RowOfSums)) + (u * RowOfSums) + (v * Pitch) + c),
            add: true));

    /// <summary>The weight without gaps, zeros around it.</summary>
    public IReadOnlyList<Nest> PadWeight(string title, Storage weight, WeightOrder order, Storage padded)
    {
        int first = (_shift.Rows * RowOfPadded) + (_shift.Columns * Pitch);
        return
        [
            Nests.Clear(title, padded),
            .. _equation.OverWeights(title, order, (source, o, u, v, c) => new StoreTo(
                new Access(padded, (o * PaddedWeight) + (u * RowOfPadded) + (v * Pitch) + c + first),
                source(weight))),
        ];
    }

    /// <summary>An image for dx, and for what windows reach around it.</summary>
    public View Target(string name)
    {
        int row = Columns * Pitch;
        var storage = new Storage(name, Region.Sample, Padded(checked((Rows * row) + _block)));
        return new View(storage, (_equation.PadTop * row) + (_equation.PadLeft * Pitch), 1, row, Pitch);
    }

    /// <summary>dx, from zeros: window by window, all output channels of each.</summary>
    public IReadOnlyList<Nest> InputGradient(string title, MaximaGradient maxima, Storage padded, View target)
    {
        var nest = new Nest { Title = title, Ordered = 2 };
        var (i, j) = (new Axis("i", _windows.Rows), new Axis("j", _windows.Columns));
        var r = new Axis("r", Reached.Rows);
        var (k, l) = (new Axis("k", Padded(Reached.Run) / _block), new Axis("l", _block));
        nest.Parallel.AddRange([i, j, r, k, l]);
        nest.Lane = l;
        nest.Tile.AddRange([k, r]);
        var o = new Axis("o", _equation.Outputs);
        nest.Reduction.Add(o);
        Affine run = (k * _block) + l;
        var offset = new StoredOffset(maxima.InWeight!.At(o, i, j), InWeight((0, 0)), Pitch);
        var weight = new Access(padded, (o * PaddedWeight) + (r * RowOfPadded) + run, null, offset);
        Nests.Sum(nest, "a", sum => Expr.MultiplyAdd(weight, maxima.Shares.At(o, i, j), sum));
        var place = target.From(0, -_equation.PadTop, -_equation.PadLeft).At(0, (i * (_window.Stride.H * _equation.Stride.H)) + r, j * (_window.Stride.W * _equation.Stride.W));
        nest.Stores.Add(Nests.Into(place.Moved(run), nest.Accumulators[0], add: true));
        return [Nests.Clear(title, target.Storage), nest];
    }

    /// <summary>The first cache does not keep the image for the next output channel, but what a row of windows reads: all channels go over that, and their sums wait in memory.</summary>
    private bool SumsRowByRow => (long)_equation.X.Rows * RowOfImage * _elementSize > FirstCache.Kept;

    private int RowOfImage => Pitch * (_equation.X.Columns + Border.Left + Border.Right);

    private double WeightCycles
    {
        get
        {
            double vectors = _equation.Kernel.H * RowOfSums / (double)_block;
            double waiting = SumsRowByRow ? DistantUpdate * vectors * _windows.Rows * _equation.Outputs : 0;
            return Cycles(vectors, (long)Reached.Rows * RowOfImage) + waiting;
        }
    }

    private double InputCycles
    {
        get
        {
            double vectors = Reached.Rows * Padded(Reached.Run) / (double)_block;
            return Cycles(vectors, (long)(_equation.Outputs * vectors * _block)) + (UpdateCycles * ((_windows.Pixels * vectors) + ((double)Rows * Columns * Pitch / _block)));
        }
    }

    /// <summary>Cycles of all windows and outputs, for so many vectors of each, which lie in so many elements.</summary>
    private double Cycles(double vectors, long elements)
    {
        double load = elements * _elementSize > FirstCache.Kept ? DistantLoad : Pitch % _block == 0 ? AlignedLoad : CrossingLoad;
        return (double)_windows.Pixels * _equation.Outputs * ((vectors * load) + (StepCycles * Math.Ceiling(vectors / VectorsOfTile)));
    }

    private (int Rows, int Columns) Shift((int Row, int Column) place) => (place.Row * _window.Dilation.H * _equation.Stride.H, place.Column * _window.Dilation.W * _equation.Stride.W);

    private int Padded(int length) => (length + _block - 1) / _block * _block;
}
