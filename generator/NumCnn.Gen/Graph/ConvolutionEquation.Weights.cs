using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>In which order a weight lies in memory; lanes want their channel innermost, in blocks of 64 bytes.</summary>
internal enum WeightOrder
{
    /// <summary>[⌈outputs / block⌉][row][column][input][block of outputs].</summary>
    OutputLanes,

    /// <summary>[⌈inputs / block⌉][row][column][output][block of inputs].</summary>
    InputLanes,

    /// <summary>[row][column][channels], one input and one output a group.</summary>
    Depthwise,

    /// <summary>[output][row][column][input], as for a tensor too narrow for lanes, or groups that do not fill them.</summary>
    Plain,
}

/// <content>Where a weight's elements lie.</content>
internal sealed partial class ConvolutionEquation
{
    /// <summary>The order for a weight whose output (or whose input) lanes run over.</summary>
    public WeightOrder OrderFor(bool outputs)
    {
        if (IsDepthwise)
        {
            return Groups <= Value.Narrow ? WeightOrder.Plain : WeightOrder.Depthwise;
        }

        int channels = outputs ? Outputs : Inputs;
        return Groups > 1 || channels <= Value.Narrow ? WeightOrder.Plain : outputs ? WeightOrder.OutputLanes : WeightOrder.InputLanes;
    }

    /// <summary>The share of lanes with work in vectors over y's channels.</summary>
    public double UsefulLanes(WeightOrder order) => order switch
    {
        WeightOrder.OutputLanes => (double)Outputs / (Blocks(Outputs) * _block),
        WeightOrder.Depthwise => (double)Groups / (Blocks(Groups) * _block),
        _ => 1.0 / _block,
    };

    public int WeightLength(WeightOrder order) => order switch
    {
        WeightOrder.OutputLanes => checked(Blocks(Outputs) * Taps * Inputs * _block),
        WeightOrder.InputLanes => checked(Blocks(Inputs) * Taps * Outputs * _block),
        WeightOrder.Depthwise => checked(Taps * Blocks(Groups) * _block),
        _ => checked(YChannels * Taps * Inputs),
    };

    /// <summary>The factors of the parameter's indices: output, input, row, column.</summary>
    public ((int Size, int Stride)[] Output, (int Size, int Stride)[] Input, (int Size, int Stride)[] Row, (int Size, int Stride)[] Column) WeightFactors(WeightOrder order) => order switch
    {
        WeightOrder.OutputLanes => (Blocked(Outputs, Taps * Inputs), [(Inputs, _block)], [(Kernel.H, Kernel.W * Inputs * _block)], [(Kernel.W, Inputs * _block)]),
        WeightOrder.InputLanes => ([(Outputs, _block)], Blocked(Inputs, Taps * Outputs), [(Kernel.H, Kernel.W * Outputs * _block)], [(Kernel.W, Outputs * _block)]),
        WeightOrder.Depthwise => ([(Groups, 1)], [(1, 0)], [(Kernel.H, Kernel.W * Blocks(Groups) * _block)], [(Kernel.W, Blocks(Groups) * _block)]),
        _ => ([(YChannels, Taps * Inputs)], [(Inputs, 1)], [(Kernel.H, Kernel.W * Inputs)], [(Kernel.W, Inputs)]),
    };

    /// <summary>A copy of a weight in another order.</summary>
    public IReadOnlyList<Nest> Reorder(string title, Storage from, WeightOrder fromOrder, Storage to, WeightOrder toOrder)
        => OverWeights(title, fromOrder, toOrder, (o, u, v, c) => new StoreTo(Weight(to, toOrder, null, o, u, v, c), Weight(from, fromOrder, null, o, u, v, c)));

    /// <summary>Every weight, one at a time, in nests that know the blocks of both orders.</summary>
    private List<Nest> OverWeights(string title, WeightOrder one, WeightOrder other, Func<ChannelIndex, Affine, Affine, ChannelIndex, StoreTo> store)
    {
        var nests = new List<Nest>();
        bool Uses(WeightOrder order) => one == order || other == order;
        foreach (var output in Stretches("o", Outputs, Uses(WeightOrder.OutputLanes)))
        {
            foreach (var input in Stretches("c", Inputs, Uses(WeightOrder.InputLanes)))
            {
                var nest = new Nest { Title = title };
                var u = new Axis("u", Kernel.H);
                var v = new Axis("v", Kernel.W);
                nest.Parallel.AddRange(output.Axes);
                nest.Parallel.AddRange([u, v]);
                nest.Parallel.AddRange(input.Axes);
                nest.Tile.Add(output.Axes[output.Axes.Count - 1]);
                nest.Stores.Add(store(output.Index, u, v, input.Index));
                nests.Add(nest);
            }
        }

        return nests;
    }

    /// <summary>Every weight, one at a time: its place in a storage of this order, and its indices.</summary>
    public IReadOnlyList<Nest> OverWeights(string title, WeightOrder order, Func<Func<Storage, Access>, Affine, Affine, Affine, Affine, StoreTo> store)
        => OverWeights(title, order, order, (o, u, v, c) => store(storage => Weight(storage, order, null, o, u, v, c), o.Index, u, v, c.Index));

    private (int Size, int Stride)[] Blocked(int channels, int rows) => [(Blocks(channels), rows * _block), (_block, 1)];

    private Access Weight(Storage storage, WeightOrder order, Axis? group, ChannelIndex output, Affine u, Affine v, ChannelIndex input)
    {
        var tap = (u * Kernel.W) + v;
        return new(storage, order switch
        {
            WeightOrder.OutputLanes => (output.Block * (Taps * Inputs * _block)) + (tap * (Inputs * _block)) + (input.Index * _block) + output.Lane,
            WeightOrder.InputLanes => (input.Block * (Taps * Outputs * _block)) + (tap * (Outputs * _block)) + (output.Index * _block) + input.Lane,
            WeightOrder.Depthwise => (tap * (Blocks(Groups) * _block)) + output.Index,
            _ => (YIndex(group, output) * (Taps * Inputs)) + (tap * Inputs) + input.Index,
        });
    }

    /// <summary>An element of the weight, or of its gradient.</summary>
    public Access Weight(Storage storage, WeightOrder order, ChannelIndex output, Affine u, Affine v, Axis input) => Weight(storage, order, null, output, u, v, ChannelIndex.Plain(input));

    /// <summary>A channel axis as one stretch, or as whole blocks and the rest, so that block and place in it are affine.</summary>
    private IEnumerable<(IReadOnlyList<Axis> Axes, ChannelIndex Index)> Stretches(string name, int channels, bool blocked)
    {
        if (!blocked)
        {
            var axis = new Axis(name, channels);
            yield return ([axis], ChannelIndex.Plain(axis));
            yield break;
        }

        int whole = channels / _block;
        if (whole > 0)
        {
            var block = new Axis(name + "Block", whole);
            var lane = new Axis(name, _block);
            yield return ([block, lane], ChannelIndex.Lanes(block, lane, _block));
        }

        if (channels % _block is var rest and > 0)
        {
            var lane = new Axis(name, rest);
            yield return ([lane], ChannelIndex.At(whole, lane, _block));
        }
    }
}
