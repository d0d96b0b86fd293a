using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>Where a kernel with lanes over columns stores the maximum of each window of y; for windows of one element, y itself.</summary>
/// <param name="Window">The window.</param>
/// <param name="Shape">The shape of the result.</param>
/// <param name="View">The result.</param>
/// <param name="Finish">Applied to each maximum.</param>
internal sealed record PooledTarget(Window Window, Shape Shape, View View, Func<Expr, Expr> Finish);

/// <content>
/// The equation where channels are too few for lanes: vectors run along the columns of rows, and weights are broadcast.
/// Columns may lie in phases (see <see cref="View"/>); a tap's phase is a literal of the code.
/// </content>
internal sealed partial class ConvolutionEquation
{
    /// <summary>The phases that x's columns need for y's; what a stride takes apart lies together then.</summary>
    public int PhasesOfX(int phasesOfY) => phasesOfY * Stride.W;

    /// <summary>True if lanes over y's columns can be: a single weight's place has to be affine in its channels.</summary>
    public bool CanGatherColumns(WeightOrder order) => order switch
    {
        WeightOrder.OutputLanes => Outputs <= _block,
        WeightOrder.InputLanes => Inputs <= _block,
        _ => true,
    };

    /// <summary>The same for lanes over the columns of x, which lie in this many phases.</summary>
    public bool CanScatterColumns(WeightOrder order, int phasesOfX) => Y.Pixels > 1 && phasesOfX % Stride.W == 0 && order switch
    {
        WeightOrder.OutputLanes => Outputs <= _block || Outputs % _block == 0,
        WeightOrder.InputLanes => Inputs <= _block,
        _ => true,
    };

    /// <summary>The weight's gradient as sums over each of a block of columns, [weight][lane]; <see cref="FoldWeights"/> adds them up.</summary>
    public Nest CorrelateColumns(string title, View x, View y, Storage partial)
    {
        var nest = new Nest { Title = title };
        var (group, output, input) = PlainChannels(nest);
        var (u, v) = (new Axis("u", Kernel.H), new Axis("v", Kernel.W));
        var lane = new Axis("l", _block);
        nest.Parallel.AddRange([input, u, v, lane]);
        nest.Lane = lane;
        nest.Tile.AddRange([u, output, input, v]);
        var i = new Axis("i", Y.Rows);
        var blocks = new Axis("k", Lanes(Y.Columns, y.Phases) / _block);
        var phase = new Axis("r", y.Phases);
        nest.Reduction.AddRange([i, blocks, phase]);

        // Beyond the image y's gradient is zero, whatever x holds there.
        var column = (blocks * (_block * y.Phases)) + (lane * y.Phases) + phase;
        var xAccess = x.From(0, -PadTop, -PadLeft).At(XIndex(group, ChannelIndex.Plain(input)), (i * Stride.H) + (u * Dilation.H), (column * Stride.W) + (v * Dilation.W));
        var yAccess = y.At(YIndex(group, ChannelIndex.Plain(output)), i, column);
        var target = new Access(partial, (PlainWeight(group, output, u, v, input) * _block) + lane);
        var sum = new Accumulator("a", target);
        sum.Update = Expr.MultiplyAdd(xAccess, yAccess, sum);
        nest.Accumulators.Add(sum);
        nest.Stores.Add(new StoreTo(target, sum));
        return nest;
    }

    /// <summary>Elements of the sums that <see cref="CorrelateColumns"/> needs.</summary>
    public int PartialLength => checked(YChannels * Taps * Inputs * _block);

    /// <summary>Adds each weight's lanes to its gradient.</summary>
    public Nest FoldWeights(string title, Storage partial, Storage weightGradient, WeightOrder order)
    {
        var nest = new Nest { Title = title };
        var (group, output, input) = PlainChannels(nest);
        var (u, v) = (new Axis("u", Kernel.H), new Axis("v", Kernel.W));
        nest.Parallel.AddRange([u, v, input]);
        var target = Broadcast(weightGradient, order, group, ChannelIndex.Plain(output), u, v, input);
        nest.Stores.Add(Nests.Into(target, Nests.Fold(partial, PlainWeight(group, output, u, v, input) * _block, _block), add: true));
        return nest;
    }

    /// <summary>True if <see cref="GatherPooled"/> gives what y would: all its rows have the same taps.</summary>
    public bool CanPool(WeightOrder order) => GatherSpans(onColumns: true, order).Count == 1;

    /// <summary>The maximum of each window of y, whose elements are summed side by side and never stored.</summary>
    public Nest GatherPooled(string title, View x, PooledTarget target, Storage weight, WeightOrder order, Func<Affine, Expr> initial, Func<Expr, OutputPoint, Expr> finish)
        => GatherColumns(title, new RowSpan(0, target.Shape.Rows, 0, Kernel.H), x, target, weight, order, initial, finish);

    private Nest GatherColumns(string title, RowSpan rows, View x, PooledTarget target, Storage weight, WeightOrder order, Func<Affine, Expr> initial, Func<Expr, OutputPoint, Expr> finish)
    {
        var nest = new Nest { Title = title };
        var (group, output, input) = PlainChannels(nest);
        var (i, j) = ImageAxes.Columns(nest, target.Shape with { Rows = rows.Count }, target.View.Phases, _block);
        nest.Tile.AddRange([output, i]);
        var (u, v) = (new Axis("u", rows.Taps), new Axis("v", Kernel.W));
        nest.Reduction.AddRange([input, u, v]);

        Affine row = (Affine)rows.First + i;
        Affine tap = (Affine)rows.FirstTap + u;
        var channel = YIndex(group, ChannelIndex.Plain(output));
        var weightAccess = Broadcast(weight, order, group, ChannelIndex.Plain(output), tap, v, input);
        var values = new List<Expr>();
        foreach (var (p, q) in target.Window.Taps)
        {
            var point = new OutputPoint(channel, target.Window.Row(row, p), target.Window.Column(j, q), null);
            var xAccess = x.From(0, -PadTop, -PadLeft).At(XIndex(group, ChannelIndex.Plain(input)), (point.Row * Stride.H) + (tap * Dilation.H), (point.Column * Stride.W) + (v * Dilation.W));
            string name = target.Window == Window.Single ? "a" : ((char)('p' + values.Count)).ToString();
            var sum = new Accumulator(name, initial(channel));
            sum.Update = Expr.MultiplyAdd(xAccess, weightAccess, sum);
            nest.Accumulators.Add(sum);
            values.Add(finish(sum, point));
        }

        nest.Stores.Add(new StoreTo(target.View.At(channel, row, j), target.Finish(values.Aggregate(Expr.Max))));
        return nest;
    }

    private Nest ScatterColumns(
        string title, Phase rows, Phase columns, View x, View y, Storage weight, WeightOrder order, Func<Affine, Expr> initial, Func<Expr, OutputPoint, Expr> finish)
    {
        var nest = new Nest { Title = title };
        var group = Groups > 1 ? new Axis("g", Groups) : null;
        var input = new Axis("c", Inputs);
        if (group is not null)
        {
            nest.Parallel.Add(group);
        }

        nest.Parallel.Add(input);
        var (rowPhase, row, rowTap) = rows.Axes("r", "i", "u");
        var (columnPhase, _, columnTap) = columns.Axes("s", "j", "v");
        var phase = new Axis("p", y.Phases);
        var lanes = new Axis("j", Lanes(columns.Count, y.Phases));
        nest.Parallel.AddRange([rowPhase, row, columnPhase, phase, lanes]);
        nest.Lane = lanes;
        nest.Tile.AddRange([input, row]);

        var q = (lanes * y.Phases) + phase;
        var target = (Affine)columns.First + columnPhase + (q * columns.Stride);
        nest.Inside = (target, X.Columns);
        var point = new OutputPoint(XIndex(group, ChannelIndex.Plain(input)), rows.Target(rowPhase, row), target, null);
        if (rows.Taps == 0 || columns.Taps == 0)
        {
            nest.Stores.Add(new StoreTo(point.In(x), finish(initial(point.Channel), point)));
            return nest;
        }

        nest.Reduction.AddRange([rowTap, columnTap]);
        bool blocks = order == WeightOrder.OutputLanes && Outputs > _block;
        var outputBlock = new Axis("oBlock", blocks ? Outputs / _block : 1);
        var output = new Axis("o", blocks ? _block : Outputs);
        nest.Reduction.AddRange([outputBlock, output]);
        var outputIndex = blocks ? ChannelIndex.Lanes(outputBlock, output, _block) : ChannelIndex.Plain(output);
        var source = (Affine)columns.FirstSource + q + (columnTap * columns.SourceStep);
        var yAccess = y.At(YIndex(group, outputIndex), rows.Source(row, rowTap), source);
        var sum = new Accumulator("a", initial(point.Channel));
        sum.Update = Expr.MultiplyAdd(yAccess, Broadcast(weight, order, group, outputIndex, rows.Tap(rowPhase, rowTap), columns.Tap(columnPhase, columnTap), input), sum);
        nest.Accumulators.Add(sum);
        nest.Stores.Add(new StoreTo(point.In(x), finish(sum, point)));
        return nest;
    }

    private int Lanes(int columns, int phases) => ImageAxes.Lanes(columns, phases, _block);

    /// <summary>Channels one by one; the outputs are added to the nest.</summary>
    private (Axis? Group, Axis Output, Axis Input) PlainChannels(Nest nest)
    {
        var group = Groups > 1 ? new Axis("g", Groups) : null;
        if (group is not null)
        {
            nest.Parallel.Add(group);
        }

        var output = new Axis("o", Outputs);
        nest.Parallel.Add(output);
        return (group, output, new Axis("c", Inputs));
    }

    private Affine PlainWeight(Axis? group, Axis output, Affine u, Affine v, Axis input)
        => (YIndex(group, ChannelIndex.Plain(output)) * (Taps * Inputs)) + (((u * Kernel.W) + v) * Inputs) + input;

    /// <summary>One element of a weight; the channels that its order blocks fit one block, or come as blocks and lanes.</summary>
    private Access Broadcast(Storage storage, WeightOrder order, Axis? group, ChannelIndex output, Affine u, Affine v, Axis input) => order switch
    {
        WeightOrder.OutputLanes => Weight(storage, order, group, InBlock(output), u, v, ChannelIndex.Plain(input)),
        WeightOrder.InputLanes => Weight(storage, order, group, output, u, v, InBlock(ChannelIndex.Plain(input))),
        WeightOrder.Depthwise => Weight(storage, order, null, ChannelIndex.Plain(YIndex(group, output)), u, v, ChannelIndex.Plain(input)),
        _ => Weight(storage, order, group, output, u, v, ChannelIndex.Plain(input)),
    };

    private static ChannelIndex InBlock(ChannelIndex channel) => channel.IsPlain ? ChannelIndex.FirstBlock(channel.Index) : channel;
}
