using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using NumCnn.Random;

namespace NumCnn;

/// <summary>
/// All parameters of a network, by position or name, and the flat memory that kernels and optimizers work on. Trainable
/// parameters come first in it. Padding lanes between them are zero and must stay zero.
/// </summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class ParameterSet<T> : IReadOnlyList<Parameter<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ParameterLayout[] _layouts;
    private readonly Dictionary<string, int> _indices;
    private readonly AlignedBuffer<T> _storage;
    private readonly AlignedBuffer<T> _gradients;
    private readonly Clearing _clearing;
    private readonly int _trainableLength;
    private int _version;
    private volatile bool _isExposed;

    /// <summary>Allocates the memory, all zero. <see cref="Reset"/> gives the parameters their first values.</summary>
    /// <param name="infos">The parameters in the order of a state_dict.</param>
    /// <param name="trainableLength">Elements of the storage's first part, which holds the trainable parameters with their padding.</param>
    /// <param name="storageLength">Elements of the whole storage.</param>
    /// <exception cref="ArgumentException">Two names are equal, a layout does not hold its shape, or an element would lie outside its part of the storage.</exception>
    public ParameterSet(IReadOnlyList<ParameterInfo> infos, int trainableLength, int storageLength)
        : this(infos, trainableLength, new AlignedBuffer<T>(storageLength))
    {
    }

    /// <summary>Takes memory that is all zero.</summary>
    internal ParameterSet(IReadOnlyList<ParameterInfo> infos, int trainableLength, AlignedBuffer<T> storage)
    {
        ArgumentNullException.ThrowIfNull(infos);
        ArgumentOutOfRangeException.ThrowIfNegative(trainableLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(storage.Length, trainableLength, nameof(storage));
        _layouts = new ParameterLayout[infos.Count];
        _indices = new Dictionary<string, int>(infos.Count, StringComparer.Ordinal);
        for (int i = 0; i < infos.Count; i++)
        {
            var layout = new ParameterLayout(infos[i]);
            bool trainable = infos[i].Trainable;
            int start = trainable ? 0 : trainableLength, end = trainable ? trainableLength : storage.Length;
            if (!layout.IsWithin(start, end))
            {
                throw Outside(layout, start, end, nameof(infos));
            }

            if (!_indices.TryAdd(infos[i].Name, i))
            {
                throw new ArgumentException($"Two parameters are named '{infos[i].Name}'.", nameof(infos));
            }

            _layouts[i] = layout;
        }

        _trainableLength = trainableLength;
        _storage = storage;
        _gradients = new AlignedBuffer<T>(trainableLength);
        _clearing = new Clearing(_gradients);
        BatchCounters = new BatchCounters(infos);
    }

    /// <summary>The number of parameters.</summary>
    public int Count => _layouts.Length;

    /// <summary>Everything: trainable parameters, then frozen ones and running statistics. 64-byte aligned, never moved.</summary>
    /// <remarks>
    /// Who writes here calls <see cref="BeginWrite"/> before and <see cref="EndWrite"/> after. Once this, <see cref="Values"/> or
    /// <see cref="StorageBuffer"/> has been asked for, Predict of a network with transformed weights compares parameters instead of versions.
    /// </remarks>
    public Span<T> Storage => Exposed.Span;

    /// <summary>The trainable part of <see cref="Storage"/>: what optimizers step.</summary>
    public Span<T> Values => Exposed.Span[.._trainableLength];

    /// <summary>The gradients, in the layout of <see cref="Values"/>. 64-byte aligned, never moved.</summary>
    public Span<T> Gradients => _gradients.Span;

    /// <summary>How many batches each batch norm's running statistics have seen.</summary>
    public BatchCounters BatchCounters { get; }

    /// <summary>Changes with every write, and is odd while one goes on: what a reader compares before and after.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>The memory behind <see cref="Storage"/>.</summary>
    public AlignedBuffer<T> StorageBuffer => Exposed;

    /// <summary>The memory behind <see cref="Gradients"/>.</summary>
    public AlignedBuffer<T> GradientBuffer => _gradients;

    /// <summary>Where the parameters' elements lie.</summary>
    internal ParameterLayout[] Layouts => _layouts;

    /// <summary>The storage for this library, whose writes all move <see cref="Version"/>.</summary>
    internal AlignedBuffer<T> OwnStorage => _storage;

    /// <summary><see cref="Values"/> likewise.</summary>
    internal Span<T> OwnValues => _storage.Span[.._trainableLength];

    /// <summary>Somebody else has been given the storage once and may write to it at any time, announced or not: <see cref="Version"/> alone says nothing any more.</summary>
    internal bool IsExposed => _isExposed;

    private AlignedBuffer<T> Exposed
    {
        get
        {
            _isExposed = true;
            return _storage;
        }
    }

    /// <summary>A parameter by position.</summary>
    /// <param name="index">The position in the order of a state_dict.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public Parameter<T> this[int index] => (uint)index < (uint)_layouts.Length
        ? new Parameter<T>(this, _layouts[index], isGradient: false)
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {_layouts.Length} parameters.");

    /// <summary>A parameter by name.</summary>
    /// <param name="name">The key in a state_dict, such as conv1.weight.</param>
    /// <exception cref="KeyNotFoundException">There is no such parameter; the message lists those that there are.</exception>
    public Parameter<T> this[string name] => TryGet(name, out Parameter<T> parameter)
        ? parameter
        : throw new KeyNotFoundException($"No parameter is named '{name}'. There are: {string.Join(", ", _layouts.Select(static layout => layout.Info.Name))}.");

    /// <summary>Looks a parameter up by name.</summary>
    /// <param name="name">The key in a state_dict.</param>
    /// <param name="parameter">The parameter, if there is one.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(string name, [MaybeNullWhen(false)] out Parameter<T> parameter)
    {
        bool found = _indices.TryGetValue(name, out int index);
        parameter = found ? this[index] : default;
        return found;
    }

    /// <summary>Announces a write: makes <see cref="Version"/> odd.</summary>
    /// <exception cref="InvalidOperationException">Another write has not ended.</exception>
    public void BeginWrite()
    {
        int version = Volatile.Read(ref _version);
        if ((version & 1) != 0 || Interlocked.CompareExchange(ref _version, version + 1, version) != version)
        {
            throw new InvalidOperationException("The parameters are being written by another call.");
        }
    }

    /// <summary>Ends a write: makes <see cref="Version"/> even again, and another one than before.</summary>
    public void EndWrite() => Interlocked.Increment(ref _version);

    /// <summary>Gives every parameter its first values, sets counters and gradients to zero.</summary>
    /// <param name="seed">Selects the random values; see <see cref="InitRandom"/> for how.</param>
    public void Reset(ulong seed)
    {
        BeginWrite();
        try
        {
            foreach (ParameterLayout layout in _layouts)
            {
                T[] values = new T[layout.Length];
                layout.Info.Initializer.Fill<T>(values, new InitRandom(seed, layout.Info.Name));
                layout.Scatter<T>(values, _storage.Span);
            }

            BatchCounters.Values.Clear();
            ZeroGradients();
        }
        finally
        {
            EndWrite();
        }
    }

    /// <summary>Sets all gradients to zero, with at most this many threads.</summary>
    internal void ZeroGradients(int threads) => WorkerPool.Shared.RunBlocks(_clearing, _gradients.Length, threads);

    /// <summary>Replaces everything, in the order of the parameters and counters: one write to whoever looks at the version.</summary>
    /// <param name="valuesOf">The values of a parameter.</param>
    /// <param name="counts">The counters' values.</param>
    internal void Replace(Func<int, ReadOnlySpan<T>> valuesOf, ReadOnlySpan<long> counts)
    {
        BeginWrite();
        try
        {
            for (int i = 0; i < _layouts.Length; i++)
            {
                _layouts[i].Scatter(valuesOf(i), _storage.Span);
            }

            counts.CopyTo(BatchCounters.Values);
        }
        finally
        {
            EndWrite();
        }
    }

    /// <summary>Sets all gradients to zero: before a first Backward that accumulates.</summary>
    public void ZeroGradients() => ZeroGradients(threads: 1);

    /// <summary>Walks the parameters in the order of a state_dict.</summary>
    /// <returns>An enumerator.</returns>
    public IEnumerator<Parameter<T>> GetEnumerator()
    {
        for (int i = 0; i < _layouts.Length; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static ArgumentException Outside(ParameterLayout layout, int start, int end, string parameter)
    {
        (int first, int last) = layout.Range();
        return new ArgumentException($"{layout.Describe()} lies at {first} to {last}, outside its part of the storage, {start} to {end - 1}.", parameter);
    }

    /// <summary>Zeros for all elements, which several threads may write.</summary>
    private sealed class Clearing(AlignedBuffer<T> buffer) : IParallelWork
    {
        public void Run(int thread, int first, int end)
        {
            var (start, length) = WorkerPool.Elements(first, end, buffer.Length);
            buffer.Span.Slice(start, length).Clear();
        }
    }
}
