using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Winograd;

/// <summary>
/// A weight's gradient by Winograd's algorithm: tiles of dy are the kernels, which leave the weight's taps as outputs.
/// <code>
/// V = Bᵀ · x · B            for the tiles of some rows
/// D = G · dy · Gᵀ           for the same tiles
/// M[o,c] += Σ tiles  D[o] · V[c] at each point, over the samples of a shard
/// dw[o,c] += Aᵀ · M[o,c] · A once a batch
/// </code>
/// </summary>
internal sealed class WinogradWeightGradient
{
    private readonly ConvolutionEquation _equation;
    private readonly WinogradPoints _points = WinogradPoints.Gradient;
    private readonly WinogradTiles _tiles;
    private readonly WinogradSection _section;

    private WinogradWeightGradient(ConvolutionEquation equation, WinogradSection section)
    {
        _equation = equation;
        _section = section;
        _tiles = new WinogradTiles(equation.Block, _points, section, Tiles(equation.Y.Columns), _points.Taps);
    }

    /// <summary>The zeros that tiles read around x.</summary>
    public Border XBorder => new(
        _equation.PadTop,
        _equation.PadLeft,
        Math.Max(0, (Tiles(_equation.Y.Rows) * _points.Taps) + 2 - _equation.PadTop - _equation.X.Rows),
        Math.Max(0, (Tiles(_equation.Y.Columns) * _points.Taps) + 2 - _equation.PadLeft - _equation.X.Columns));

    /// <summary>The zeros behind dy that fill the last tiles.</summary>
    public Border YBorder => new(0, 0, (Tiles(_equation.Y.Rows) * _points.Taps) - _equation.Y.Rows, (Tiles(_equation.Y.Columns) * _points.Taps) - _equation.Y.Columns);

    /// <summary>Elements of a shard's sums at the points.</summary>
    private int SumsLength => checked(_points.Count * _points.Count * PointStride);

    private int PointStride => (_equation.Inputs * ParameterTensor.Padded(_equation.Outputs, _equation.Block)) + _equation.Block;

    /// <summary>The algorithm for an equation's weight; null where the direct sum is faster, or the equation is none of 3×3.</summary>
    public static WinogradWeightGradient? For(ConvolutionEquation equation)
    {
        bool fits = equation is { Groups: 1, Kernel: (3, 3), Stride: (1, 1), Dilation: (1, 1), PadTop: <= 2, PadLeft: <= 2 };
        if (!fits || WinogradCost.RowsOfGradient(equation.Block, equation.X, equation.Y) is not { } rows)
        {
            return null;
        }

        var gradient = new WinogradWeightGradient(equation, new WinogradSection(0, Tiles(equation.Y.Rows) / rows, rows, 0));
        return gradient.SumsLength <= ProgramBuilder.LargestShard ? gradient : null;
    }

    /// <summary>Adds the steps.</summary>
    /// <param name="program">Backward's steps.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="x">Its input.</param>
    /// <param name="dy">Its output's gradient.</param>
    /// <param name="weightGradient">What is added to.</param>
    public void AddSteps(ProgramBuilder program, string layer, View x, View dy, Storage weightGradient)
    {
        string kernel = layer + ".WeightGradient";
        string size = FormattableString.Invariant($"F(3×3, {_points.Taps}×{_points.Taps})");
        int points = _points.Count * _points.Count;
        var (c, o) = (_equation.Inputs, _equation.Outputs);
        var v = new Storage(kernel + " tiles of x", Region.Sample, _tiles.Length(c)) { IsScratch = true };
        var d = new Storage(kernel + " tiles of dy", Region.Sample, _tiles.Length(o)) { IsScratch = true };
        string title = FormattableString.Invariant($"{layer}: tiles of {_points.Count}×{_points.Count} at the {points} points of Winograd's {size}, v = Bᵀ · x · B");
        var inputs = _tiles.Evaluate(title, x.From(0, -_equation.PadTop, -_equation.PadLeft), c, v, _points.Count, _points.Input);
        program.Add(kernel + "Tiles", title, [inputs], [(x.Storage, "x"), (v, "v")], _section.Turns);
        title = FormattableString.Invariant($"{layer}: tiles of {_points.Taps}×{_points.Taps} at the {points} points of Winograd's {size}, d = G · dy · Gᵀ");
        var kernels = _tiles.Evaluate(title, dy, o, d, _points.Taps, _points.Weight);
        program.Add(kernel + "Kernels", title, [kernels], [(dy.Storage, "dy"), (d, "d")], _section.Turns);
        var shard = ProgramBuilder.Shard(kernel + " at the points", SumsLength);
        var sums = program.Scratch(kernel + " at the points", SumsLength);
        string fold = $"{layer}: dw = Aᵀ · m · A from the products of Winograd's {size}";
        title = $"{layer}: at each point  m[o,c] += Σ tiles  d[o] · v[c]";
        program.AddParameterGradient(
            kernel,
            title,
            fold,
            ProductNest(title, v, d, shard),
            [TapNest(fold, sums, weightGradient)],
            shard,
            (sums, "m"),
            [(v, "v"), (d, "d"), (shard, "m"), (weightGradient, "dw")],
            _section.Turns);
    }

    private static int Tiles(int pixels) => (pixels + WinogradPoints.Gradient.Taps - 1) / WinogradPoints.Gradient.Taps;

    private Nest ProductNest(string title, Storage v, Storage d, Storage m)
    {
        var nest = new Nest { Title = title };
        var point = new Axis("k", _points.Count * _points.Count);
        var tile = new Axis("t", _tiles.Count);
        var c = new Axis("c", _equation.Inputs);
        nest.Parallel.Add(point);
        var channels = new ChannelAxes("o", _equation.Outputs, _equation.Block, blocked: true);
        channels.AddTo(nest);
        nest.Parallel.Add(c);
        nest.Tile.Add(c);
        nest.Reduction.Add(tile);
        var x = new Access(v, (point * _tiles.PointStride(_equation.Inputs)) + (tile * _tiles.Pitch(_equation.Inputs)) + c);
        var dy = new Access(d, (point * _tiles.PointStride(_equation.Outputs)) + (tile * _tiles.Pitch(_equation.Outputs)) + channels.Index.Index);
        var sum = Nests.Sum(nest, "a", sum => Expr.MultiplyAdd(x, dy, sum));
        nest.Stores.Add(Nests.Into(new Access(m, Place(point, channels.Index, c)), sum, add: true));
        return nest;
    }

    private Nest TapNest(string title, Storage m, Storage weightGradient)
    {
        var nest = new Nest { Title = title };
        var c = new Axis("c", _equation.Inputs);
        var channels = new ChannelAxes("o", _equation.Outputs, _equation.Block, blocked: true);
        nest.Parallel.Add(c);
        channels.AddTo(nest);
        nest.Block = null;
        foreach (int[] rows in _points.OutputGroups)
        {
            var half = Enumerable.Range(0, _points.Count)
                .Select(k => _points.Output(rows, WinogradTiles.Once(p => new Access(m, Place((p * _points.Count) + k, channels.Index, c)))))
                .ToList();
            for (int r = 0; r < rows.Length; r++)
            {
                int at = r;
                foreach (int[] columns in _points.OutputGroups)
                {
                    var values = _points.Output(columns, k => half[k][at]);
                    for (int k = 0; k < columns.Length; k++)
                    {
                        nest.Stores.Add(Nests.Into(_equation.Weight(weightGradient, WeightOrder.OutputLanes, channels.Index, rows[r], columns[k], c), values[k], add: true));
                    }
                }
            }
        }

        return nest;
    }

    private Affine Place(Affine point, ChannelIndex output, Axis c)
        => (point * PointStride) + (output.Block * (_equation.Inputs * _equation.Block)) + (c * _equation.Block) + output.Lane;
}
