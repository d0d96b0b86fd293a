using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Winograd;

/// <summary>A correlation with a kernel of 3×3: what a convolution of stride 1 is for y, and its input's gradient for x.</summary>
/// <param name="Source">What is read.</param>
/// <param name="Target">What is computed.</param>
/// <param name="Top">Rows of the kernel's reach above the first row of the source.</param>
/// <param name="Left">The same for columns.</param>
/// <param name="IsFlipped">The kernel lies turned by 180° in memory.</param>
internal sealed record CorrelationShape(Shape Source, Shape Target, int Top, int Left, bool IsFlipped);

/// <summary>
/// A correlation by Winograd's algorithm. Kernel and tiles of the source are transformed to a few points, where sums over
/// channels of products remain; the target's tiles are read off them. Four steps, each an ordinary nest:
/// <code>
/// U = G · w · Gᵀ            once a call, or once while the weights stay
/// V = Bᵀ · x · B            for the tiles of some rows
/// M[o] = Σ c  U[o,c] · V[c] at each point
/// y[o] = b[o] + Aᵀ · M[o] · A
/// </code>
/// The last three take turns over groups of rows of tiles, so that V and M stay in the cache.
/// </summary>
internal sealed class WinogradCorrelation
{
    private readonly int _block;
    private readonly CorrelationShape _shape;
    private readonly WinogradPoints _points;
    private readonly int _targetPitch;
    private readonly IReadOnlyList<WinogradSection> _sections;

    private WinogradCorrelation(int block, CorrelationShape shape, WinogradPoints points, int rowsPerGroup)
    {
        _block = block;
        _shape = shape;
        _points = points;
        _targetPitch = ParameterTensor.Padded(shape.Target.Channels, block);
        _sections = Sections(rowsPerGroup);
    }

    /// <summary>The zeros that tiles read around the source, those of the last tiles beyond the target's edge included.</summary>
    public Border Border => new(
        _shape.Top,
        _shape.Left,
        Math.Max(0, (TileRows * _points.Outputs) + 2 - _shape.Top - _shape.Source.Rows),
        Math.Max(0, (TileColumns * _points.Outputs) + 2 - _shape.Left - _shape.Source.Columns));

    private int TileRows => Ceiling(_shape.Target.Rows, _points.Outputs);

    private int TileColumns => Ceiling(_shape.Target.Columns, _points.Outputs);

    /// <summary>The algorithm for an equation solved for y, or for its input's gradient; null where the direct sum is faster, or the equation is none of 3×3.</summary>
    public static WinogradCorrelation? For(ConvolutionEquation equation, bool ofGradient)
    {
        bool fits = equation is { Groups: 1, Kernel: (3, 3), Stride: (1, 1), Dilation: (1, 1), PadTop: <= 2, PadLeft: <= 2 };
        if (!fits)
        {
            return null;
        }

        var shape = ofGradient
            ? new CorrelationShape(equation.Y, equation.X, 2 - equation.PadTop, 2 - equation.PadLeft, IsFlipped: true)
            : new CorrelationShape(equation.X, equation.Y, equation.PadTop, equation.PadLeft, IsFlipped: false);
        return WinogradCost.Best(equation.Block, shape) is { } best ? new WinogradCorrelation(equation.Block, shape, best.Points, best.RowsPerGroup) : null;
    }

    /// <summary>Adds the steps, for y or for the input's gradient.</summary>
    /// <param name="program">The direction's steps.</param>
    /// <param name="kernel">The start of the kernels' names, as in conv1.Forward.</param>
    /// <param name="title">What is computed.</param>
    /// <param name="source">What is read.</param>
    /// <param name="target">What is written.</param>
    /// <param name="weight">The weight in an order with lanes over the target's channels.</param>
    /// <param name="bias">What each channel begins with.</param>
    /// <param name="finish">Applied before a value is stored.</param>
    /// <param name="operands">Storages that bias and finish read, with their roles.</param>
    public void AddSteps(
        ProgramBuilder program,
        string kernel,
        string title,
        View source,
        View target,
        Storage weight,
        Func<Affine, Expr> bias,
        Func<Expr, OutputPoint, Expr> finish,
        IEnumerable<(Storage, string)> operands)
    {
        string layer = kernel.Substring(0, kernel.LastIndexOf('.'));
        string size = FormattableString.Invariant($"F({_points.Outputs}×{_points.Outputs}, 3×3)");
        int points = _points.Count * _points.Count;
        var (read, written) = _shape.IsFlipped ? ("dy", "dx") : ("x", "y");
        var u = program.Scratch(kernel + " transformed weight", checked(points * WeightPointStride));
        string what = FormattableString.Invariant($"{layer}: the weight at the {points} points of Winograd's {size}, u = G · w · Gᵀ");
        program.AddPreparation(kernel + "Weight", what, [WeightNest(what, weight, u)], (weight, "w"), (u, "u"));
        var v = Scratch(kernel + " tiles", _sections.Max(section => Tiles(section).Length(_shape.Source.Channels)));
        var m = Scratch(kernel + " products", _sections.Max(section => Tiles(section).Length(_shape.Target.Channels)));
        foreach (var section in _sections)
        {
            var turns = section.Turns;
            var tiles = Tiles(section);
            string own = section == _sections[0] ? kernel : kernel + "Rest";
            what = FormattableString.Invariant($"{layer}: tiles of {_points.Count}×{_points.Count} at the {points} points of Winograd's {size}, v = Bᵀ · {read} · B");
            program.Add(own + "Tiles", what, [tiles.Evaluate(what, source.From(0, -_shape.Top, -_shape.Left), _shape.Source.Channels, v, _points.Count, _points.Input)], [(source.Storage, read), (v, "v")], turns);
            what = $"{layer}: at each point  m[o] = Σ c  u[o,c] · v[c]";
            program.Add(own + "Products", what, [ProductNest(what, section, u, v, m)], [(v, "v"), (u, "u"), (m, "m")], turns);
            var outputs = OutputNests($"{title}, as Aᵀ · m · A from the products of Winograd's {size}", section, m, target, bias, finish);
            program.Add(own, outputs[0].Title, outputs, [(m, "m"), .. operands, (target.Storage, written)], turns);
        }
    }

    private static Storage Scratch(string name, int length) => new(name, Region.Sample, length) { IsScratch = true };

    private static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;

    private int WeightPointStride => (_shape.Source.Channels * _targetPitch) + _block;

    private WinogradTiles Tiles(WinogradSection section) => new(_block, _points, section, TileColumns, _points.Outputs);

    /// <summary>Whole groups of whole tiles, and what they leave.</summary>
    private List<WinogradSection> Sections(int rowsPerGroup)
    {
        int whole = _shape.Target.Rows / _points.Outputs / rowsPerGroup;
        var sections = new List<WinogradSection>();
        if (whole > 0)
        {
            sections.Add(new WinogradSection(0, whole, rowsPerGroup, 0));
        }

        if (whole * rowsPerGroup < TileRows)
        {
            sections.Add(new WinogradSection(whole * rowsPerGroup, 1, TileRows - (whole * rowsPerGroup), _shape.Target.Rows % _points.Outputs));
        }

        return sections;
    }

    private Nest WeightNest(string title, Storage weight, Storage u)
    {
        var nest = new Nest { Title = title };
        var c = new Axis("c", _shape.Source.Channels);
        var channels = new ChannelAxes("o", _shape.Target.Channels, _block, blocked: true);
        nest.Parallel.Add(c);
        channels.AddTo(nest);
        nest.Block = null;
        nest.Items = c;
        var place = (channels.Index.Block * (_shape.Source.Channels * _block)) + (c * _block) + channels.Index.Lane;
        Expr Tap(int row, int column)
        {
            int tap = (row * 3) + column;
            return new Access(weight, (channels.Index.Block * (9 * _shape.Source.Channels * _block)) + ((_shape.IsFlipped ? 8 - tap : tap) * (_shape.Source.Channels * _block)) + (c * _block) + channels.Index.Lane);
        }

        var columns = Enumerable.Range(0, 3).Select(column => _points.Weight(WinogradTiles.Once(row => Tap(row, column)))).ToList();
        for (int row = 0; row < _points.Count; row++)
        {
            int at = row;
            var values = _points.Weight(column => columns[column][at]);
            for (int column = 0; column < _points.Count; column++)
            {
                nest.Stores.Add(new StoreTo(new Access(u, place + (((row * _points.Count) + column) * WeightPointStride)), values[column]));
            }
        }

        return nest;
    }

    private Nest ProductNest(string title, WinogradSection section, Storage u, Storage v, Storage m)
    {
        var tiles = Tiles(section);
        var nest = new Nest { Title = title };
        var point = new Axis("k", _points.Count * _points.Count);
        var tile = new Axis("t", tiles.Count);
        var c = new Axis("c", _shape.Source.Channels);
        nest.Parallel.Add(point);
        var channels = new ChannelAxes("o", _shape.Target.Channels, _block, blocked: true);
        channels.AddTo(nest);
        nest.Parallel.Add(tile);
        nest.Tile.Add(tile);
        nest.Reduction.Add(c);
        var kernel = new Access(u, (point * WeightPointStride) + (channels.Index.Block * (_shape.Source.Channels * _block)) + (c * _block) + channels.Index.Lane);
        Nests.Sum(nest, "a", sum => Expr.MultiplyAdd(new Access(v, (point * tiles.PointStride(_shape.Source.Channels)) + (tile * tiles.Pitch(_shape.Source.Channels)) + c), kernel, sum));
        nest.Stores.Add(new StoreTo(new Access(m, (point * tiles.PointStride(_shape.Target.Channels)) + (tile * _targetPitch) + channels.Index.Index), nest.Accumulators[0]));
        return nest;
    }

    /// <summary>Tiles inside the target, and those that its right and lower edges cut.</summary>
    private List<Nest> OutputNests(string title, WinogradSection section, Storage m, View target, Func<Affine, Expr> bias, Func<Expr, OutputPoint, Expr> finish)
    {
        var nests = new List<Nest>();
        int whole = section.LastHeight == 0 ? section.Rows : section.Rows - 1;
        foreach (var (firstRow, rows, height) in new[] { (0, whole, _points.Outputs), (whole, section.Rows - whole, section.LastHeight) })
        {
            int wholeColumns = _shape.Target.Columns / _points.Outputs;
            foreach (var (firstColumn, columns, width) in new[] { (0, wholeColumns, _points.Outputs), (wholeColumns, TileColumns - wholeColumns, _shape.Target.Columns % _points.Outputs) })
            {
                if (rows > 0 && columns > 0)
                {
                    nests.Add(OutputNest(title, section, (firstRow, rows, height), (firstColumn, columns, width), m, target, bias, finish));
                }
            }
        }

        return nests;
    }

    private Nest OutputNest(
        string title, WinogradSection section, (int First, int Count, int Size) rows, (int First, int Count, int Size) columns, Storage m, View target, Func<Affine, Expr> bias, Func<Expr, OutputPoint, Expr> finish)
    {
        var (nest, group, rowAxis, columnAxis) = WinogradTiles.Loops(title, section, rows.Count, columns.Count);
        var channels = WinogradTiles.AddLanes(nest, "o", _shape.Target.Channels, _block);
        Affine row = rowAxis + (Affine)rows.First;
        Affine column = columnAxis + (Affine)columns.First;
        int stride = Tiles(section).PointStride(_shape.Target.Channels);
        var place = ((row * TileColumns) + column) * _targetPitch + channels;
        var initial = bias(channels);
        foreach (int[] outputs in _points.OutputGroups)
        {
            int[] stored = [.. outputs.Where(output => output < rows.Size)];
            if (stored.Length == 0)
            {
                continue;
            }

            var half = Enumerable.Range(0, _points.Count)
                .Select(k => _points.Output(outputs, WinogradTiles.Once(p => new Access(m, place + (((p * _points.Count) + k) * stride)))))
                .ToList();
            for (int r = 0; r < stored.Length; r++)
            {
                int at = r;
                foreach (int[] across in _points.OutputGroups)
                {
                    var values = _points.Output(across, k => half[k][at]);
                    for (int k = 0; k < across.Length && across[k] < columns.Size; k++)
                    {
                        var point = new OutputPoint(channels, WinogradTiles.ImageRow(section, _points.Outputs, group, row, stored[r]), (column * _points.Outputs) + across[k], null);
                        nest.Stores.Add(new StoreTo(point.In(target), finish(initial is Constant { Value: 0 } ? values[k] : values[k] + initial, point)));
                    }
                }
            }
        }

        return nest;
    }
}
