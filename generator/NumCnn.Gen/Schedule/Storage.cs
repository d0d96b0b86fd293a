namespace NumCnn.Gen.Schedule;

/// <summary>The memory that a piece of storage belongs to.</summary>
internal enum Region
{
    /// <summary>A sample's workspace: activations and their gradients.</summary>
    Sample,

    /// <summary>Scratch of the whole batch: batch statistics, transposed weights.</summary>
    Batch,

    Parameters,
    Gradients,

    /// <summary>The caller's samples, [channels, rows, columns] each.</summary>
    Input,

    /// <summary>The caller's, or the network's own, rows of output.</summary>
    Output,

    OutputGradient,
    InputGradient,
}

/// <summary>A stretch of elements that kernels address from its start: one <c>ref</c> parameter.</summary>
internal sealed class Storage
{
    public Storage(string name, Region region, int length)
    {
        Name = name;
        Region = region;
        Length = length;
    }

    public string Name { get; }

    public Region Region { get; }

    public int Length { get; }

    /// <summary>Elements from the region's start while training; -1 until planned.</summary>
    public int Offset { get; set; } = -1;

    /// <summary>Elements from the start of Predict's workspace; -1 where Predict does without it.</summary>
    public int PredictOffset { get; set; } = -1;

    /// <summary>In Predict it lives within the steps of one sample, so that all samples share one place, which stays in the cache.</summary>
    public bool IsShared { get; set; }

    /// <summary>Its border or padding has to stay zero, so nothing else may ever use the place.</summary>
    public bool Dedicated { get; set; }

    public override string ToString() => Name;
}

/// <summary>One element of a storage, or the first of a vector's.</summary>
internal sealed class Access
{
    public Access(Storage storage, Affine address)
    {
        Storage = storage;
        Address = address;
    }

    public Storage Storage { get; }

    public Affine Address { get; }
}

/// <summary>How a tensor [channels, rows, columns] lies in a storage. A weight or a feature vector leaves the strides it lacks at 0.</summary>
internal sealed class View
{
    public View(Storage storage, int origin, int channelStride, int rowStride, int columnStride)
    {
        Storage = storage;
        Origin = origin;
        ChannelStride = channelStride;
        RowStride = rowStride;
        ColumnStride = columnStride;
    }

    public Storage Storage { get; }

    public int Origin { get; }

    public int ChannelStride { get; }

    public int RowStride { get; }

    public int ColumnStride { get; }

    public Access At(Affine channel, Affine row, Affine column)
        => new(Storage, (channel * ChannelStride) + (row * RowStride) + (column * ColumnStride) + Origin);

    /// <summary>The same elements, seen from another one.</summary>
    public View From(int channel, int row, int column)
        => new(Storage, Origin + (channel * ChannelStride) + (row * RowStride) + (column * ColumnStride), ChannelStride, RowStride, ColumnStride);
}
