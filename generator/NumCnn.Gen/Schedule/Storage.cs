namespace NumCnn.Gen.Schedule;

/// <summary>The memory that a piece of storage belongs to.</summary>
internal enum Region
{
    /// <summary>A sample's values: activations and their gradients.</summary>
    Sample,

    /// <summary>Scratch of the whole batch: batch statistics, transposed weights.</summary>
    Batch,

    /// <summary>Gradients of parameters, summed over the samples of one shard.</summary>
    Shard,

    Parameters,
    Gradients,

    /// <summary>The caller's samples, [channels, rows, columns] each.</summary>
    Input,

    /// <summary>The caller's, or the network's own, rows of output.</summary>
    Output,

    OutputGradient,
    InputGradient,
}

/// <summary>The zeros around an image that lies channels last.</summary>
/// <param name="Rows">Rows of the image.</param>
/// <param name="Row">Elements of a row with what is beside it.</param>
/// <param name="Top">Rows of zeros above.</param>
/// <param name="Bottom">Rows of zeros below.</param>
/// <param name="Left">Zeros before a row.</param>
/// <param name="Right">Zeros behind a row.</param>
internal sealed record Frame(int Rows, int Row, int Top, int Bottom, int Left, int Right)
{
    /// <summary>Elements of the image with its zeros.</summary>
    public long Length => ((long)Top + Rows + Bottom) * Row;
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

    /// <summary>Elements from the region's start while training, or from the workspace's where it is transient; -1 until planned.</summary>
    public int Offset { get; set; } = -1;

    /// <summary>Elements from the start of Predict's workspace; -1 where Predict does without it.</summary>
    public int PredictOffset { get; set; } = -1;

    /// <summary>In Predict it lives within the steps of one sample, so that all samples share one place, which stays in the cache.</summary>
    public bool IsShared { get; set; }

    /// <summary>Steps of Predict that take turns use it, so that each of several threads that share a sample needs one for its turns.</summary>
    public bool IsPerThread { get; set; }

    /// <summary>In training it lives within one stage's steps of one sample, so that a thread has one place for it, which stays in the cache.</summary>
    public bool IsTransient { get; set; }

    /// <summary>The second cache does not keep it from one call to the next.</summary>
    public bool IsStreamed { get; set; }

    /// <summary>Its padding has to stay as it is, so nothing else may ever use the place.</summary>
    public bool Dedicated { get; set; }

    /// <summary>What lies where in an image with a border of zeros: another one of the same geometry finds its zeros in place. A <see cref="Frame"/> where they can be written.</summary>
    public object? Geometry { get; init; }

    /// <summary>Nothing is kept in it from one layer to the next, not even from Forward to Backward.</summary>
    public bool IsScratch { get; init; }

    /// <summary>It is read after the last step.</summary>
    public bool Keep { get; set; }

    public override string ToString() => Name;
}

/// <summary>
/// A place in a row of columns that lies in phases: every n-th column together. The address moves by <see cref="Stride"/>
/// with the index's residue and by one with its quotient, so the index has to be a constant when code is written.
/// </summary>
internal sealed record PhaseIndex(Affine Index, int Phases, int Stride)
{
    public int Displacement(int index)
    {
        int residue = ((index % Phases) + Phases) % Phases;
        return (residue * Stride) + ((index - residue) / Phases);
    }

    /// <summary>The displacements of all values of the index.</summary>
    public IEnumerable<int> Displacements()
    {
        IEnumerable<int> indices = [Index.Constant];
        foreach (var (axis, factor) in Index.Terms)
        {
            indices = indices.SelectMany(index => Enumerable.Range(0, axis.Extent).Select(k => index + (k * factor)));
        }

        return indices.Select(Displacement);
    }
}

/// <summary>
/// Elements that an address moves on by a number which another kernel has stored: where in its window a maximum lies. Code that reads it
/// keeps it within its bounds, so that whatever the number is, the address is inside.
/// </summary>
/// <param name="Number">The number.</param>
/// <param name="Last">The largest that it can be; the smallest is 0.</param>
/// <param name="Step">It is a multiple of this.</param>
internal sealed record StoredOffset(Access Number, int Last, int Step);

/// <summary>One element of a storage, or the first of a vector's.</summary>
internal sealed class Access
{
    public Access(Storage storage, Affine address, PhaseIndex? phase = null, StoredOffset? offset = null)
    {
        Storage = storage;
        Address = address;
        Phase = phase;
        Offset = offset;
    }

    public Storage Storage { get; }

    public Affine Address { get; }

    /// <summary>What the address needs beside, where columns lie in phases.</summary>
    public PhaseIndex? Phase { get; }

    /// <summary>What memory adds to it; null where axes alone say which element it is.</summary>
    public StoredOffset? Offset { get; }

    /// <summary>The address is all there is.</summary>
    public bool IsAffine => Phase is null && Offset is null;

    /// <summary>Elements from the storage's start to the first one that it comes to.</summary>
    public int First => Address.Terms.Aggregate(
        Address.Constant + (Phase?.Displacements().Min() ?? 0),
        static (first, term) => first + (Math.Min(0, term.Factor) * (Math.Max(1, term.Axis.Extent) - 1)));

    public bool DependsOn(Axis axis) => Address.FactorOf(axis) != 0 || (Phase is not null && Phase.Index.FactorOf(axis) != 0) || (Offset is not null && Offset.Number.DependsOn(axis));

    /// <summary>The same place, further on.</summary>
    public Access Moved(Affine by) => new(Storage, Address + by, Phase, Offset);

    /// <summary>The same on other storages, or over other axes.</summary>
    public Access With(Func<Storage, Storage> storage, Func<Affine, Affine> affine) => new(
        storage(Storage),
        affine(Address),
        Phase is { } phase ? phase with { Index = affine(phase.Index) } : null,
        Offset is { } offset ? offset with { Number = offset.Number.With(storage, affine) } : null);

    /// <summary>The same over other axes.</summary>
    public Access With(Func<Affine, Affine> affine) => With(static storage => storage, affine);
}

/// <summary>
/// How a tensor [channels, rows, columns] lies in a storage. A weight or a feature vector leaves the strides it lacks at 0.
/// With phases the columns j, j + phases, j + 2·phases, … of a row lie together, so that lanes can run over them whatever
/// the stride of the readers.
/// </summary>
internal sealed class View
{
    private readonly int _phaseStride;
    private readonly int _firstColumn;

    public View(Storage storage, int origin, int channelStride, int rowStride, int columnStride)
        : this(storage, origin, channelStride, rowStride, columnStride, 1, 0, 0)
        => LanesOverColumns = false;

    private View(Storage storage, int origin, int channelStride, int rowStride, int columnStride, int phases, int phaseStride, int firstColumn)
    {
        LanesOverColumns = true;
        Storage = storage;
        Origin = origin;
        ChannelStride = channelStride;
        RowStride = rowStride;
        ColumnStride = columnStride;
        Phases = phases;
        _phaseStride = phaseStride;
        _firstColumn = firstColumn;
    }

    public Storage Storage { get; }

    public int Origin { get; }

    public int ChannelStride { get; }

    public int RowStride { get; }

    public int ColumnStride { get; }

    /// <summary>1 where columns follow each other.</summary>
    public int Phases { get; }

    /// <summary>Elements between phases.</summary>
    public int PhaseStride => _phaseStride;

    /// <summary>Rows have room for whole vectors of columns.</summary>
    public bool LanesOverColumns { get; private init; }

    /// <summary>Columns in phases, each of the given length; the origin is the place of column 0.</summary>
    public static View InPhases(Storage storage, int origin, int channelStride, int phases, int phaseStride)
        => new(storage, origin, channelStride, phases * phaseStride, 1, phases, phaseStride, 0);

    public Access At(Affine channel, Affine row, Affine column)
    {
        var address = (channel * ChannelStride) + (row * RowStride) + Origin;
        if (Phases == 1)
        {
            return new(Storage, address + (column * ColumnStride));
        }

        // What moves by whole phases moves the address; the rest decides which phase it is.
        Affine rest = column.Constant + _firstColumn;
        foreach (var (axis, factor) in column.Terms)
        {
            if (factor % Phases == 0)
            {
                address += axis * (factor / Phases);
            }
            else
            {
                rest += axis * factor;
            }
        }

        var phase = new PhaseIndex(rest, Phases, _phaseStride);
        return rest.Terms.Count == 0 ? new(Storage, address + phase.Displacement(rest.Constant)) : new(Storage, address, phase);
    }

    /// <summary>The same elements, seen from another one.</summary>
    public View From(int channel, int row, int column)
    {
        int origin = Origin + (channel * ChannelStride) + (row * RowStride) + (Phases == 1 ? column * ColumnStride : 0);
        return new(Storage, origin, ChannelStride, RowStride, ColumnStride, Phases, _phaseStride, Phases == 1 ? 0 : _firstColumn + column) { LanesOverColumns = LanesOverColumns };
    }
}
