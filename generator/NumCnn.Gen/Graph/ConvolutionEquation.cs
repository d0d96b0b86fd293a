using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>The element that a nest computes: channel, row and column, and the sample where the nest goes over samples.</summary>
internal sealed record OutputPoint(Affine Channel, Affine Row, Affine Column, Axis? Samples)
{
    /// <summary>The element of a value of the same shape.</summary>
    public Access In(View view)
    {
        var access = view.At(Channel, Row, Column);
        return Samples is null ? access : access.Moved(Samples);
    }
}

/// <summary>
/// The one equation behind convolution, linear and transposed convolution, of any stride, dilation and grouping:
/// <code>y[g,o,i,j] = Σ u,v,c  w[g,o,c,u,v] · x[g,c, i·stride + u·dilation − pad, j·stride + v·dilation − pad]</code>
/// Solved for y it is a convolution, for x its input's gradient (and a transposed convolution), for w its weight's
/// gradient. All three are sums with affine addresses; the order of each sum is fixed here, before any schedule.
/// </summary>
internal sealed partial class ConvolutionEquation
{
    /// <summary>So many pairs of blocks are enough for threads to share.</summary>
    private const int FewestPairs = 4;

    /// <summary>Samples whose gradients are summed in registers: adding a sum to what is stored costs as much as one or two of them.</summary>
    private const int SamplesOfSum = 64;

    /// <summary>The least pixels whose products are summed in registers, for the same reason.</summary>
    private const int PixelsOfSum = 96;

    private readonly int _block;

    public ConvolutionEquation(int block, int groups, Shape x, Shape y, (int H, int W) kernel, (int H, int W) stride, (int H, int W) dilation, int padTop, int padLeft)
    {
        _block = block;
        Groups = groups;
        X = x;
        Y = y;
        Kernel = kernel;
        Dilation = dilation;
        PadTop = padTop;
        PadLeft = padLeft;

        // With one output the stride is free: one as long as the kernel lets every input belong to one tap.
        Stride = (y.Rows == 1 ? Math.Max(stride.H, ((kernel.H - 1) * dilation.H) + 1) : stride.H,
            y.Columns == 1 ? Math.Max(stride.W, ((kernel.W - 1) * dilation.W) + 1) : stride.W);
        Inputs = x.Channels / groups;
        Outputs = y.Channels / groups;
    }

    public int Groups { get; }

    public Shape X { get; }

    public Shape Y { get; }

    public (int H, int W) Kernel { get; }

    public (int H, int W) Stride { get; }

    public (int H, int W) Dilation { get; }

    public int PadTop { get; }

    public int PadLeft { get; }

    /// <summary>Channels of x in a group.</summary>
    public int Inputs { get; }

    /// <summary>Channels of y in a group.</summary>
    public int Outputs { get; }

    public int Taps => Kernel.H * Kernel.W;

    public bool IsDepthwise => Groups > 1 && Inputs == 1 && Outputs == 1;

    public long MultiplyAdds => (long)Y.Length * Inputs * Taps;

    /// <summary>One output pixel and enough weights: a matrix product over the samples of a batch.</summary>
    public bool IsMatrixProduct => Y.Pixels == 1 && Groups == 1 && (long)Outputs * Inputs * Taps >= 1024;

    /// <summary>Elements of a 64-byte block.</summary>
    public int Block => _block;

    private int YChannels => Groups * Outputs;

    /// <summary>What x needs around it to be read for y.</summary>
    public Border XBorder
    {
        get
        {
            var (rows, columns) = Reach(Y);
            return new(PadTop, PadLeft, Math.Max(0, rows - X.Rows), Math.Max(0, columns - X.Columns));
        }
    }

    /// <summary>What y needs around it to be read for x.</summary>
    public Border YBorder
    {
        get
        {
            var rows = Phase.Of(X.Rows, PadTop, Kernel.H, Stride.H, Dilation.H);
            var columns = Phase.Of(X.Columns, PadLeft, Kernel.W, Stride.W, Dilation.W);
            return new(rows.Max(static phase => phase.Before), columns.Max(static phase => phase.Before), rows.Max(phase => phase.After(Y.Rows)), columns.Max(phase => phase.After(Y.Columns)));
        }
    }

    /// <summary>The same equation for images that end before these.</summary>
    public ConvolutionEquation For(Shape x, Shape y) => new(_block, Groups, x, y, Kernel, Stride, Dilation, PadTop, PadLeft);

    /// <summary>Rows and columns of x, and of its border behind it, up to the last that the first ones of y read.</summary>
    public (int Rows, int Columns) Reach(Shape y)
        => (((y.Rows - 1) * Stride.H) + ((Kernel.H - 1) * Dilation.H) + 1 - PadTop, ((y.Columns - 1) * Stride.W) + ((Kernel.W - 1) * Dilation.W) + 1 - PadLeft);

    /// <summary>y from x: a convolution. At the border, taps that read zeros are left out where that pays.</summary>
    public IReadOnlyList<Nest> Gather(string title, View x, View y, Storage weight, WeightOrder order, Func<Affine, Expr> initial, Func<Expr, OutputPoint, Expr> finish)
    {
        var spans = GatherSpans(y.LanesOverColumns, order);
        Nest? clipped = null;
        if (!y.LanesOverColumns)
        {
            var (whole, clip, _) = GatherRows(title, new RowSpan(0, Y.Rows, 0, Kernel.H), x, y, weight, order, initial, finish);
            clipped = BorderClip.Apply(whole, clip, _block, hasParts: spans.Count > 1);
            if (clipped is not null && spans.Count == 1)
            {
                return [clipped];
            }
        }

        var nests = new List<Nest>();
        foreach (var rows in spans)
        {
            Nest nest;
            if (y.LanesOverColumns)
            {
                nest = GatherColumns(title, rows, x, new PooledTarget(Window.Single, Y, y, static value => value), weight, order, initial, finish);
            }
            else
            {
                (nest, _, var columns) = GatherRows(title, rows, x, y, weight, order, initial, finish);
                nest = BorderClip.Apply(nest, columns, _block, hasParts: false) ?? nest;
            }

            nest.Part = spans.Count > 1 ? rows.Title : string.Empty;
            nests.Add(nest);
        }

        return clipped is not null && BorderClip.IsWorthIt([clipped], nests, _block) ? [clipped] : nests;
    }

    /// <summary>x from y: the input's gradient, or a transposed convolution. A stride splits x into phases of equal taps.</summary>
    public IReadOnlyList<Nest> Scatter(string title, View x, View y, Storage weight, WeightOrder order, Func<Affine, Expr> initial, Func<Expr, OutputPoint, Expr> finish)
    {
        var columnPhases = Phase.Of(X.Columns, PadLeft, Kernel.W, Stride.W, Dilation.W);
        var nests = new List<(Nest Nest, string Part)>();
        foreach (var rows in Phase.Of(X.Rows, PadTop, Kernel.H, Stride.H, Dilation.H))
        {
            var parts = rows.WithoutZeros(Y.Rows, Overhead(x.LanesOverColumns), RowWork(x.LanesOverColumns, order));
            var clipped = Clipped(rows, parts.Count > 1);
            List<(Nest Nest, string Part)> own = clipped is not null && parts.Count == 1 ? [] : [.. parts.SelectMany(part => columnPhases.Select(columns => (NestOf(part, columns), Phase.Title(part, columns))))];
            nests.AddRange(clipped is not null && (own.Count == 0 || BorderClip.IsWorthIt(clipped, [.. own.Select(static part => part.Nest)], _block))
                ? clipped.Zip(columnPhases, (nest, columns) => (nest, Phase.Title(rows, columns)))
                : own);
        }

        foreach (var (nest, part) in nests)
        {
            nest.Part = nests.Count > 1 ? part : string.Empty;
        }

        return [.. nests.Select(static nest => nest.Nest)];

        Nest NestOf(Phase rows, Phase columns)
        {
            if (x.LanesOverColumns)
            {
                return ScatterColumns(title, rows, columns, x, y, weight, order, initial, finish);
            }

            var (nest, _, clip) = ScatterPhase(title, rows, columns, x, y, weight, order, initial, finish);
            return clip is null ? nest : BorderClip.Apply(nest, clip, _block, hasParts: false) ?? nest;
        }

        List<Nest>? Clipped(Phase rows, bool hasParts)
        {
            if (x.LanesOverColumns)
            {
                return null;
            }

            var found = columnPhases.Select(columns => ScatterPhase(title, rows, columns, x, y, weight, order, initial, finish))
                .Select(whole => whole.Rows is null ? null : BorderClip.Apply(whole.Nest, whole.Rows, _block, hasParts)).OfType<Nest>().ToList();
            return found.Count == columnPhases.Count ? found : null;
        }
    }

    /// <summary>w from x and y: the weight's gradient, added to what is stored.</summary>
    public Nest Correlate(string title, View x, View y, Storage weightGradient, WeightOrder order)
    {
        var nest = new Nest { Title = title };
        bool onOutput = order != WeightOrder.InputLanes;
        var (group, output, input) = Channels(nest, onOutput, order);
        var other = onOutput ? input.Axis : output.Axis;
        int rows = RowsOfSum(order);
        var parts = new Axis("r", Y.Rows / rows);
        var i = new Axis("i", rows);
        var j = new Axis("j", Y.Columns);
        var u = new Axis("u", Kernel.H);
        var v = new Axis("v", Kernel.W);
        Affine row = i;
        if (!parts.IsTrivial)
        {
            row = (parts * rows) + i;
            nest.Parts = parts;
            nest.Parallel.Add(parts);
        }

        nest.Parallel.Add(u);
        nest.Parallel.Add(v);
        if (other is not null)
        {
            nest.Parallel.Add(other);
            nest.Tile.Add(other);
        }

        nest.Tile.Add(v);
        nest.Tile.Add(u);
        Axis? samples = null;
        if (IsMatrixProduct)
        {
            // A batch's samples stand for the pixels that a matrix product lacks.
            samples = new Axis("n", Axis.Symbolic);
            nest.SampleGroup = SamplesOfSum;
            nest.Reduction.Add(samples);
        }

        nest.Reduction.AddRange([i, j]);
        var xAccess = PerSample(x.From(0, -PadTop, -PadLeft).At(XIndex(group, input.Index), (row * Stride.H) + (u * Dilation.H), (j * Stride.W) + (v * Dilation.W)), samples);
        var yAccess = PerSample(y.At(YIndex(group, output.Index), row, j), samples);
        var target = Weight(weightGradient, order, group, output.Index, u, v, input.Index);
        var sum = new Accumulator("a", 0);
        sum.Update = Expr.MultiplyAdd(xAccess, yAccess, sum);
        nest.Accumulators.Add(sum);
        nest.Stores.Add(new StoreTo(target, (Expr)target + sum));
        nest = ShareOut(nest, other);
        return BorderClip.Apply(nest, new Clip("rows", i, (row * Stride.H) + (u * Dilation.H) + -PadTop, X.Rows), _block, hasParts: false) ?? nest;
    }

    /// <summary>
    /// Rows of y whose products a weight's gradient sums in registers before it adds them to what is stored. Each tile of sums reads a line of
    /// every pixel of y and x; of so many rows they stay in the first cache, where the next taps and channels find them.
    /// </summary>
    private int RowsOfSum(WeightOrder order)
    {
        if (Taps == 1 || order is WeightOrder.Depthwise or WeightOrder.Plain)
        {
            return Y.Rows;
        }

        int columns = ((Y.Columns - 1) * Stride.W) + ((Kernel.W - 1) * Dilation.W) + 1;
        return Enumerable.Range(1, Y.Rows).Reverse().Where(rows => Y.Rows % rows == 0 && rows * Y.Columns >= PixelsOfSum).FirstOrDefault(Stays) is > 0 and var most ? most : Y.Rows;

        // Channels of two tiles may lie in one line, and those of one tile in two.
        bool Stays(int rows)
            => ((long)(rows * Y.Columns) + (2L * columns * (((rows - 1) * Stride.H) + ((Kernel.H - 1) * Dilation.H) + 1))) * FirstCache.Line <= FirstCache.Kept;
    }

    /// <summary>Rows of y by the taps that reach x.</summary>
    private IReadOnlyList<RowSpan> GatherSpans(bool onColumns, WeightOrder order)
        => RowSpans.Of(Y.Rows, Kernel.H, (row, tap) => (row * Stride.H) + (tap * Dilation.H) - PadTop is var source && source >= 0 && source < X.Rows, Overhead(onColumns), RowWork(onColumns, order));

    /// <summary>Multiply-adds of vectors, or of elements where there are none, for a row of y and one of the kernel's.</summary>
    private double RowWork(bool onColumns, WeightOrder order)
    {
        double all = (double)Y.Columns * Kernel.W * Groups * Inputs * Outputs;
        int lanes = onColumns ? Y.Columns : order switch
        {
            WeightOrder.OutputLanes => Outputs,
            WeightOrder.InputLanes => Inputs,
            WeightOrder.Depthwise => Groups,
            _ => 0,
        };
        return lanes == 0 ? all : all / lanes * Blocks(lanes);
    }

    private static double Overhead(bool onColumns) => onColumns ? RowSpans.TileOverhead : RowSpans.Overhead;

    private (Nest Nest, Clip Rows, Clip Columns) GatherRows(string title, RowSpan rows, View x, View y, Storage weight, WeightOrder order, Func<Affine, Expr> initial, Func<Expr, OutputPoint, Expr> finish)
    {
        var nest = new Nest { Title = title };
        var samples = AddSamples(nest);
        var (group, output, input) = Channels(nest, lanesOnOutput: true, order);
        var i = new Axis("i", rows.Count);
        var j = new Axis("j", Y.Columns);
        var u = new Axis("u", rows.Taps);
        var v = new Axis("v", Kernel.W);
        AddPixels(nest, [i, j]);
        nest.Tile.Add(j);
        nest.Tile.Add(i);
        AddTaps(nest, u, v, input.Axis, oneVector: Outputs <= _block && j.Extent > 1);

        Affine row = (Affine)rows.First + i;
        Affine tap = (Affine)rows.FirstTap + u;
        var xAccess = PerSample(x.From(0, -PadTop, -PadLeft).At(XIndex(group, input.Index), (row * Stride.H) + (tap * Dilation.H), (j * Stride.W) + (v * Dilation.W)), samples);
        var point = new OutputPoint(YIndex(group, output.Index), row, j, samples);
        var sum = new Accumulator("a", initial(point.Channel));
        sum.Update = Expr.MultiplyAdd(xAccess, Weight(weight, order, group, output.Index, tap, v, input.Index), sum);
        nest.Accumulators.Add(sum);
        nest.Stores.Add(new StoreTo(point.In(y), finish(sum, point)));
        return (nest, new Clip("rows", u, (row * Stride.H) + (tap * Dilation.H) + -PadTop, X.Rows), new Clip("columns", v, (j * Stride.W) + (v * Dilation.W) + -PadLeft, X.Columns));
    }

    private (Nest Nest, Clip? Rows, Clip? Columns) ScatterPhase(
        string title, Phase rows, Phase columns, View x, View y, Storage weight, WeightOrder order, Func<Affine, Expr> initial, Func<Expr, OutputPoint, Expr> finish)
    {
        var nest = new Nest { Title = title };
        var samples = AddSamples(nest);
        var (group, output, input) = Channels(nest, lanesOnOutput: false, order);
        var (rowPhase, row, rowTap) = rows.Axes("r", "i", "u");
        var (columnPhase, column, columnTap) = columns.Axes("s", "j", "v");
        AddPixels(nest, [rowPhase, row, columnPhase, column]);
        nest.Tile.AddRange([column, row]);

        var point = new OutputPoint(XIndex(group, input.Index), rows.Target(rowPhase, row), columns.Target(columnPhase, column), samples);
        if (rows.Taps == 0 || columns.Taps == 0)
        {
            nest.Stores.Add(new StoreTo(point.In(x), finish(initial(point.Channel), point)));
            return (nest, null, null);
        }

        AddTaps(nest, rowTap, columnTap, output.Axis, oneVector: Inputs <= _block && column.Extent > 1);
        var yAccess = PerSample(y.At(YIndex(group, output.Index), rows.Source(row, rowTap), columns.Source(column, columnTap)), samples);
        var sum = new Accumulator("a", initial(point.Channel));
        sum.Update = Expr.MultiplyAdd(yAccess, Weight(weight, order, group, output.Index, rows.Tap(rowPhase, rowTap), columns.Tap(columnPhase, columnTap), input.Index), sum);
        nest.Accumulators.Add(sum);
        nest.Stores.Add(new StoreTo(point.In(x), finish(sum, point)));
        return (nest, new Clip("rows", rowTap, rows.Source(row, rowTap), Y.Rows), new Clip("columns", columnTap, columns.Source(column, columnTap), Y.Columns));
    }

    /// <summary>
    /// The loops over pixels: inside those over blocks of channels, whose weights then stay in the first cache, but around the
    /// channels of a depthwise convolution, which have few weights and otherwise would fetch the image once each.
    /// </summary>
    private static void AddPixels(Nest nest, IReadOnlyList<Axis> axes)
    {
        int lanes = nest.Block is null && nest.Lane is not null ? nest.Parallel.IndexOf(nest.Lane) : -1;
        nest.Parallel.InsertRange(lanes < 0 ? nest.Parallel.Count : lanes, axes);
    }

    /// <summary>
    /// The order of a sum over taps and channels. Channels lie together and come last, except where one vector holds all lanes: there each
    /// multiply-add would load a value of its own, and a row's taps share theirs with neighbouring columns.
    /// </summary>
    private static void AddTaps(Nest nest, Axis rowTap, Axis columnTap, Axis? channel, bool oneVector)
    {
        List<Axis> axes = [rowTap, columnTap];
        if (channel is not null)
        {
            axes.Insert(oneVector && nest.Lane is not null ? 1 : 2, channel);
        }

        nest.Reduction.AddRange(axes);
    }

    private static Access PerSample(Access access, Axis? samples) => samples is null ? access : access.Moved(samples);

    /// <summary>With the parallel axis that threads share: the longest that no register tile covers, or blocks of channels; of a dense layer pairs of them, if they are enough, which load each input once.</summary>
    private Nest ShareOut(Nest nest, Axis? tiled)
    {
        nest.Items = nest.Parallel
            .Where(axis => axis != nest.Lane && axis != tiled && axis != nest.Parts && axis != nest.Block && !axis.IsTrivial && !nest.Tile.Contains(axis))
            .OrderByDescending(static axis => axis.Extent)
            .FirstOrDefault();
        if (nest.Items is not null || nest.Block is not { IsTrivial: false } block)
        {
            return nest;
        }

        if (IsMatrixProduct && block.Extent % 2 == 0 && block.Extent >= 2 * FewestPairs)
        {
            return nest.Divided(block, block.Extent / 2);
        }

        nest.Items = block;
        nest.Block = null;
        return nest;
    }

    private int Blocks(int channels) => (channels + _block - 1) / _block;

    private Axis? AddSamples(Nest nest)
    {
        if (!IsMatrixProduct)
        {
            return null;
        }

        var samples = new Axis("n", Axis.Symbolic);
        nest.Parallel.Add(samples);
        nest.Tile.Add(samples);
        return samples;
    }

    /// <summary>The channel axes: a group, and on each side either lanes or a plain index. The side with lanes is added to the nest.</summary>
    private (Axis? Group, (ChannelIndex Index, Axis? Axis) Output, (ChannelIndex Index, Axis? Axis) Input) Channels(Nest nest, bool lanesOnOutput, WeightOrder order)
    {
        if (order == WeightOrder.Depthwise)
        {
            var lanes = new ChannelAxes("c", Groups, _block, blocked: false);
            lanes.AddTo(nest);
            return (null, (lanes.Index, null), (lanes.Index, null));
        }

        Axis? group = null;
        if (Groups > 1)
        {
            group = new Axis("g", Groups);
            nest.Parallel.Add(group);
        }

        int channels = lanesOnOutput ? Outputs : Inputs;
        string name = lanesOnOutput ? "o" : "c";
        var other = new Axis(lanesOnOutput ? "c" : "o", lanesOnOutput ? Inputs : Outputs);
        var otherSide = (ChannelIndex.Plain(other), (Axis?)other);
        if (order == WeightOrder.Plain)
        {
            var plain = new Axis(name, channels);
            nest.Parallel.Add(plain);
            if (group is null)
            {
                nest.Block = plain;
            }

            var side = (ChannelIndex.Plain(plain), (Axis?)plain);
            return lanesOnOutput ? (group, side, otherSide) : (group, otherSide, side);
        }

        var axes = new ChannelAxes(name, channels, _block, blocked: true);
        axes.AddTo(nest);
        var laneSide = (axes.Index, (Axis?)null);
        return lanesOnOutput ? (null, laneSide, otherSide) : (null, otherSide, laneSide);
    }

    private Affine XIndex(Axis? group, ChannelIndex channel) => group is null ? channel.Index : (group * Inputs) + channel.Index;

    private Affine YIndex(Axis? group, ChannelIndex channel) => group is null ? channel.Index : (group * Outputs) + channel.Index;
}
