using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>A channel as the equations see it: a plain index, and for the one that lanes run over also its 64-byte block and place there.</summary>
internal readonly struct ChannelIndex
{
    private ChannelIndex(Affine index, Affine block, Affine lane, bool isPlain = false)
    {
        IsPlain = isPlain;
        Index = index;
        Block = block;
        Lane = lane;
    }

    /// <summary>It names no block.</summary>
    public bool IsPlain { get; }

    public Affine Index { get; }

    public Affine Block { get; }

    public Affine Lane { get; }

    public static ChannelIndex Plain(Affine index) => new(index, Affine.Zero, Affine.Zero, isPlain: true);

    /// <summary>An index that never leaves the first block.</summary>
    public static ChannelIndex FirstBlock(Affine index) => new(index, Affine.Zero, index);

    /// <summary>A place in the given block.</summary>
    public static ChannelIndex At(int block, Axis lane, int size) => new((Affine)(block * size) + lane, block, lane);

    public static ChannelIndex Lanes(Axis block, Axis lane, int size) => new((block * size) + lane, block, lane);
}

/// <summary>The channel axes of a nest whose lanes run over channels: blocks of 64 bytes and the lanes in one.</summary>
internal sealed class ChannelAxes
{
    public ChannelAxes(string name, int channels, int block, bool blocked)
    {
        int padded = (channels + block - 1) / block * block;
        IsNarrow = channels <= Value.Narrow;
        if (IsNarrow)
        {
            Block = new Axis(name, channels);
            Lane = null;
            Index = ChannelIndex.Plain(Block);
        }
        else if (blocked)
        {
            Block = new Axis(name + "Block", padded / block);
            Lane = new Axis(name, block);
            Index = ChannelIndex.Lanes(Block, Lane, block);
        }
        else
        {
            Block = null;
            Lane = new Axis(name, padded);
            Index = ChannelIndex.Plain(Lane);
        }
    }

    public bool IsNarrow { get; }

    public Axis? Block { get; }

    public Axis? Lane { get; }

    public ChannelIndex Index { get; }

    /// <summary>Adds the axes to a nest as its lanes.</summary>
    public void AddTo(Nest nest)
    {
        if (Block is not null)
        {
            nest.Parallel.Add(Block);
            nest.Block = Block;
        }

        if (Lane is not null)
        {
            nest.Parallel.Add(Lane);
            nest.Lane = Lane;
        }
    }
}
