using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NumCnn;

/// <summary>What every compiled network can do: evaluate, and hold, save and load its parameters. Generated classes derive from it.</summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract partial class CompiledPredictor<T> : IPredictor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // What a chunk's samples have for themselves should fit the second-level cache; one sample always has room.
    private const int ChunkElements = 64 * 1024;
    private const int LargestChunk = 16;

    private readonly Workspace?[] _idle = new Workspace?[64];

    // The first thread that asks has a workspace to itself, for which it locks nothing; the others take turns with the idle ones. When
    // the first thread has ended, the runtime gives its number to a new one some time, which then has the workspace.
    private int _owner;
    private Workspace? _own;
    private readonly AlignedBuffer<T> _storage;
    private readonly int _inputLength;
    private readonly int _outputLength;
    private int _threads = 1;

    /// <summary>Creates the parameters and initialises them.</summary>
    /// <param name="layout">Sizes and stages.</param>
    /// <param name="seed">Selects the first values.</param>
    /// <param name="path">The file with the first values, or null if the seed gives them.</param>
    /// <exception cref="PlatformNotSupportedException">The hardware's vectors have a length that the code was not proven for.</exception>
    /// <exception cref="WeightFileException">The file is damaged, or does not suit the network.</exception>
    protected CompiledPredictor(NetworkLayout layout, ulong seed, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        Layout = layout;
        _inputLength = layout.InputLength;
        _outputLength = layout.OutputLength;
        _storage = new AlignedBuffer<T>(layout.StorageLength);
        if (path is not null)
        {
            CompilingAhead.Start(layout, PredictZeros);
        }

        Parameters = new ParameterSet<T>(layout.Parameters, layout.TrainableLength, _storage);
        InitialSeed = seed;
        if (path is null)
        {
            Parameters.Reset(seed);
        }
        else
        {
            WeightFile.Load(Parameters, path);
        }

        // Asked last: the thread that compiles has meanwhile loaded what this takes.
        if (!IsSupported)
        {
            throw Unsupported();
        }

        Chunk = Math.Clamp(ChunkElements / Math.Max(1, layout.PredictSampleLength), 1, LargestChunk);
    }

    /// <inheritdoc/>
    public ParameterSet<T> Parameters { get; }

    /// <inheritdoc cref="INetwork{T}.Threads"/>
    public int Threads
    {
        get => _threads;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _threads = value;
        }
    }

    NetworkInfo IPredictor<T>.Info => Describe();

    /// <summary>The kernels that this machine runs: Vector512, or Vector256 or Vector128 for <see cref="Vector{T}"/> of that width.</summary>
    public string KernelFamily => Vector512.IsHardwareAccelerated ? "Vector512" : $"Vector{Vector<byte>.Count * 8}";

    /// <summary>Whether kernels have been proven for the hardware's vectors.</summary>
    private static bool IsSupported => Vector512.IsHardwareAccelerated || IsSupportedLength;

    // Apart: where there is Vector512, the first call does not wait for Vector<T>'s assembly.
    private static bool IsSupportedLength => Vector<byte>.Count is 16 or 32;

    /// <summary>Sizes and stages.</summary>
    private protected NetworkLayout Layout { get; }

    /// <summary>Threads that a call asks for.</summary>
    private protected int UsableThreads => WorkerPool.Usable(_threads);

    /// <summary>The seed of the first values.</summary>
    private protected ulong InitialSeed { get; }

    /// <summary>Samples that one call of generated code takes.</summary>
    private protected int Chunk { get; }

    /// <summary>The parameters' memory, for generated code: what writes there announces it (<see cref="ParameterSet{T}.BeginWrite"/>).</summary>
    protected ref T Values => ref _storage.Reference;

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<T> input, Span<T> output)
    {
        int samples = input.Length == _inputLength ? 1 : CountSamples(input.Length, nameof(input));
        if (output.Length != (long)samples * _outputLength)
        {
            throw WrongOutput(samples, output.Length, nameof(output));
        }

        if (samples == 0)
        {
            return;
        }

        int version = Parameters.Version;
        if ((version & 1) != 0)
        {
            throw new InvalidOperationException("The parameters are being written; Predict needs them at rest.");
        }

        if (_threads > 1 && (samples > 1 || Layout.PredictStages is not null) && IsWorthThreads(samples))
        {
            PredictShared(input, output, samples);
        }
        else
        {
            PredictSamples(ref MemoryMarshal.GetReference(input), ref MemoryMarshal.GetReference(output), samples);
        }

        // Elsewhere than on x86 the kernels' loads may still be under way.
        if (!X86Base.IsSupported)
        {
            Interlocked.MemoryBarrier();
        }

        if (Parameters.Version != version)
        {
            throw new InvalidOperationException("The parameters were written while Predict ran; its output is a mixture.");
        }
    }

    /// <summary>Writes the parameters to a file, .safetensors or .npz, with a PyTorch state_dict's names and shapes.</summary>
    /// <param name="path">The file; an existing one is replaced in one step.</param>
    /// <exception cref="WeightFileException">The file cannot be written.</exception>
    public void Save(string path) => WeightFile.Save(Parameters, path);

    /// <summary>Has a network's kernels compiled by a thread of its own, while the caller loads the network: once for each class.</summary>
    /// <typeparam name="TNetwork">The class.</typeparam>
    /// <param name="kernels">Gives the kernels that Predict calls on this hardware, in their order.</param>
    protected static void CompileAhead<TNetwork>(Func<Delegate[]> kernels)
        where TNetwork : CompiledPredictor<T> => CompilingAhead.StartFromEnd<TNetwork>(kernels);

    /// <summary>Evaluates some samples, without keeping anything.</summary>
    /// <param name="input">The first sample's input.</param>
    /// <param name="output">The first sample's output.</param>
    /// <param name="samples">Their number, at most a chunk.</param>
    /// <param name="workspace">The workspace: what the samples share, and then what each has for itself.</param>
    /// <param name="batch">The scratch beside the workspaces, prepared.</param>
    protected abstract void PredictChunk(ref T input, ref T output, int samples, ref T workspace, ref T batch);

    /// <summary>Runs a part of a stage of a single sample, which several threads share.</summary>
    /// <param name="stage">The stage; those before it are done.</param>
    /// <param name="first">The first of its items.</param>
    /// <param name="end">Behind the last one.</param>
    /// <param name="input">The sample's input.</param>
    /// <param name="output">The sample's output.</param>
    /// <param name="workspace">The workspace, which the threads have in common.</param>
    /// <param name="own">The thread's own, for what one item leaves for nobody but itself.</param>
    /// <param name="batch">The scratch beside the workspaces, prepared.</param>
    protected virtual void PredictStage(int stage, int first, int end, ref T input, ref T output, ref T workspace, ref T own, ref T batch)
    {
    }

    /// <summary>The share of a step's items in a range of its stage's items.</summary>
    /// <param name="first">The range's first item.</param>
    /// <param name="end">Behind its last.</param>
    /// <param name="start">The step's first item in the stage.</param>
    /// <param name="count">The step's number of items.</param>
    /// <param name="from">The share's first item, counted from the step's.</param>
    /// <param name="to">Behind the share's last.</param>
    /// <returns>False if the share is empty.</returns>
    protected static bool Share(int first, int end, int start, int count, out nint from, out nint to)
    {
        from = Math.Max(first - start, 0);
        to = Math.Min(end - start, count);
        return from < to;
    }

    /// <summary>Makes what all samples of a call share, such as batch norm's scale and shift.</summary>
    /// <param name="batch">The scratch beside the workspaces.</param>
    protected virtual void PredictPrepare(ref T batch)
    {
    }

    /// <summary>Describes the network.</summary>
    /// <returns>Its description.</returns>
    protected abstract NetworkInfo Describe();

    private protected int CountSamples(int length, string parameter)
    {
        int samples = length / _inputLength;
        return samples * _inputLength == length ? samples : throw WrongInput(length, parameter);
    }

    /// <summary>Waking a parked thread costs tens of microseconds; less work than that is done by the caller.</summary>
    private protected bool IsWorthThreads(int samples) => samples * (Layout.MultiplyAdds + Layout.SampleLength + Layout.WorkspaceLength + Layout.PredictSharedLength) > WorkerPool.LeastWork;

    /// <summary>
    /// A prediction in memory of its own, before the constructor has ended: it needs the layout and the parameters' memory, into which
    /// the file's values are coming meanwhile.
    /// </summary>
    private void PredictZeros()
    {
        if (!IsSupported)
        {
            return;
        }

        var workspace = new Workspace(Layout, 1);
        var (input, output) = (new T[_inputLength], new T[_outputLength]);
        ref T batch = ref workspace.Batch.Reference;
        PredictPrepare(ref batch);
        PredictChunk(ref MemoryMarshal.GetArrayDataReference(input), ref MemoryMarshal.GetArrayDataReference(output), 1, ref workspace.Samples.Reference, ref batch);
    }

    /// <summary>Samples that one thread evaluates, a chunk after the other.</summary>
    private void PredictSamples(ref T input, ref T output, int samples)
    {
        int capacity = Math.Min(samples, Chunk);
        int thread = Environment.CurrentManagedThreadId;
        if (_owner == thread || (_owner == 0 && Interlocked.CompareExchange(ref _owner, thread, 0) == 0))
        {
            var own = _own;
            if (own is null || own.Capacity < capacity)
            {
                own = new Workspace(Layout, capacity);
                _own = own;
            }

            PredictSamples(own, ref input, ref output, samples);
            return;
        }

        var workspace = Rent(capacity);
        PredictSamples(workspace, ref input, ref output, samples);
        Return(workspace);
    }

    private void PredictSamples(Workspace workspace, ref T input, ref T output, int samples)
    {
        Prepare(workspace);
        ref T values = ref workspace.Samples.Reference, batch = ref workspace.Batch.Reference;
        for (int first = 0; first < samples; first += Chunk)
        {
            PredictChunk(
                ref Unsafe.Add(ref input, (nint)first * _inputLength),
                ref Unsafe.Add(ref output, (nint)first * _outputLength),
                Math.Min(Chunk, samples - first),
                ref values,
                ref batch);
        }
    }

    /// <summary>Makes what the samples share, unless it is there.</summary>
    private void Prepare(Workspace workspace)
    {
        if (Layout.PredictBatchLength > 0 && workspace.Preparation?.IsCurrent(Parameters) != true)
        {
            PredictPrepare(ref workspace.Batch.Reference);
        }
    }

    private Workspace Rent(int samples)
    {
        for (int slot = 0; slot < _idle.Length; slot++)
        {
            if (_idle[slot] is not null && Interlocked.Exchange(ref _idle[slot], null) is { } workspace)
            {
                return workspace.Capacity >= samples ? workspace : new Workspace(Layout, samples);
            }
        }

        return new Workspace(Layout, samples);
    }

    private void Return(Workspace workspace)
    {
        for (int slot = 0; slot < _idle.Length; slot++)
        {
            if (_idle[slot] is null && Interlocked.CompareExchange(ref _idle[slot], workspace, null) is null)
            {
                return;
            }
        }
    }

    // Messages are made apart: a method that makes one costs more to compile, and the first call waits for it.
    private static PlatformNotSupportedException Unsupported() => new($"Vectors of {Vector<byte>.Count * 8} bits are not supported; 128, 256 and 512 are.");

    private ArgumentException WrongInput(int length, string parameter) => new($"The input's length {length} is no multiple of {_inputLength}, the length of one sample.", parameter);

    private ArgumentException WrongOutput(int samples, int length, string parameter) => new($"{samples} samples have {(long)samples * _outputLength} outputs, but the span has {length}.", parameter);

    /// <summary>The memory of one call of Predict.</summary>
    private sealed class Workspace(NetworkLayout layout, int samples)
    {
        public int Capacity { get; } = samples;

        public AlignedBuffer<T> Samples { get; } = new(checked(layout.PredictSharedLength + (layout.PredictSampleLength * samples) + 1));

        public AlignedBuffer<T> Batch { get; } = new(Math.Max(1, layout.PredictBatchLength));

        /// <summary>From which parameters <see cref="Batch"/> was prepared; null where every call prepares.</summary>
        public Preparation<T>? Preparation { get; } = layout.KeepsPreparation ? new() : null;
    }
}
