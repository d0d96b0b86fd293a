using System.Numerics;
using System.Runtime.CompilerServices;

namespace NumCnn;

/// <summary>A compiled network with a backward pass. Generated classes derive from it.</summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract class CompiledNetwork<T> : CompiledPredictor<T>, INetwork<T>, IKeptMemory<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Samples that a thread takes at a time, at most.</summary>
    private const int Grain = 16;

    /// <summary>
    /// Parts of a batch that sum their parameter gradients by themselves. It is fixed, so that the order of every sum depends
    /// on the number of samples and on nothing else.
    /// </summary>
    private const int MostShards = 8;

    private StageWork? _work;
    private AlignedBuffer<T> _samples = new(0);
    private AlignedBuffer<T> _workspaces = new(0);
    private AlignedBuffer<T> _output = new(0);
    private AlignedBuffer<T> _outputGradient = new(0);
    private AlignedBuffer<T>? _batch;
    private AlignedBuffer<T>? _shards;
    private unsafe T* _userInput;
    private unsafe T* _userOutputGradient;
    private unsafe T* _userInputGradient;
    private int _capacity;
    private ulong _seed;
    private ulong _step;

    /// <summary>Creates the parameters and initialises them.</summary>
    /// <param name="layout">Sizes and stages.</param>
    /// <param name="seed">Selects the first values.</param>
    /// <param name="path">The file with the first values, or null if the seed gives them.</param>
    protected CompiledNetwork(NetworkLayout layout, ulong seed, string? path = null)
        : base(layout, seed, path) => _seed = seed;

    /// <inheritdoc/>
    public bool Training { get; set; } = true;

    /// <summary>Samples of the last Forward.</summary>
    protected int Samples { get; private set; }

    /// <summary>Elements between two samples' values.</summary>
    protected nint Pitch => Layout.SampleLength;

    /// <summary>The last Forward ran in training mode.</summary>
    protected bool IsTraining { get; private set; }

    /// <summary>Several threads share the work of the running call.</summary>
    protected bool IsShared { get; private set; }

    /// <summary>The caller of Backward wants the input's gradient.</summary>
    protected unsafe bool WantsInputGradient => _userInputGradient != null;

    /// <summary>The scratch beside the samples' values.</summary>
    protected ref T Batch => ref _batch!.Reference;

    /// <summary>Shards of the last Forward's samples.</summary>
    protected nint Shards => Samples == 0 ? 0 : ((Samples - 1) / SamplesPerShard) + 1;

    /// <summary>Elements between two shards' sums.</summary>
    protected nint ShardPitch => Layout.ShardLength;

    private int SamplesPerShard => (Samples + MostShards - 1) / MostShards;

    /// <summary>The gradients' memory.</summary>
    protected ref T Gradients => ref Parameters.GradientBuffer.Reference;

    /// <summary>The outputs of the last Forward.</summary>
    private protected ReadOnlySpan<T> Outputs => _output.Span[..(Samples * Layout.OutputLength)];

    /// <summary>Room for the gradient by the outputs.</summary>
    private protected Span<T> OutputGradients => _outputGradient.Span[..(Samples * Layout.OutputLength)];

    int IKeptMemory<T>.KeptSamples => Samples;

    /// <inheritdoc/>
    public unsafe ReadOnlySpan<T> Forward(ReadOnlySpan<T> input)
    {
        int samples = CountSamples(input.Length, nameof(input));
        Reserve(samples);
        Samples = samples;
        IsTraining = Training;
        if (samples == 0)
        {
            return [];
        }

        bool writes = Training && Layout.WritesParameters;
        if (writes)
        {
            Parameters.BeginWrite();
        }

        _step += Training ? 1UL : 0;
        try
        {
            fixed (T* from = input)
            {
                _userInput = from;
                Run(Layout.ForwardStages!, isForward: true);
            }
        }
        finally
        {
            _userInput = null;
            if (writes)
            {
                Parameters.EndWrite();
            }
        }

        return Outputs;
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<T> outputGradient, bool accumulate = false) => RunBackward(outputGradient, [], wantsInput: false, accumulate);

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<T> outputGradient, Span<T> inputGradient, bool accumulate = false)
    {
        CheckForward();
        long expected = (long)Samples * Layout.InputLength;
        if (inputGradient.Length != expected)
        {
            throw new ArgumentException($"The input's gradient has {expected} elements, but the span has {inputGradient.Length}.", nameof(inputGradient));
        }

        RunBackward(outputGradient, inputGradient, wantsInput: true, accumulate);
    }

    /// <inheritdoc/>
    public void Reserve(int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        if (samples <= _capacity)
        {
            return;
        }

        _samples = new AlignedBuffer<T>(checked(samples * Layout.SampleLength));
        _output = new AlignedBuffer<T>(checked(samples * Layout.OutputLength));
        _outputGradient = new AlignedBuffer<T>(_output.Length);
        _shards ??= new AlignedBuffer<T>(MostShards * Layout.ShardLength);
        _batch ??= new AlignedBuffer<T>(Math.Max(1, Layout.BatchLength));
        _capacity = samples;
        Samples = 0;
    }

    /// <inheritdoc/>
    public void Reset() => Reset(InitialSeed);

    /// <inheritdoc/>
    public void Reset(ulong seed)
    {
        _seed = seed;
        _step = 0;
        Samples = 0;
        Parameters.Reset(seed);
    }

    ref T IKeptMemory<T>.KeptSample(int sample) => ref Sample(sample);

    /// <summary>A sample's values that one stage leaves for another.</summary>
    /// <param name="sample">Its index in the batch.</param>
    /// <returns>The first element.</returns>
    protected ref T Sample(int sample) => ref Unsafe.Add(ref _samples.Reference, sample * Pitch);

    /// <summary>A sample's input, as the caller of Forward gave it.</summary>
    /// <param name="sample">Its index in the batch.</param>
    /// <returns>The first element.</returns>
    protected unsafe ref T Input(int sample) => ref Unsafe.AsRef<T>(_userInput + ((nint)sample * Layout.InputLength));

    /// <summary>A sample's output.</summary>
    /// <param name="sample">Its index in the batch.</param>
    /// <returns>The first element.</returns>
    protected ref T Output(int sample) => ref Unsafe.Add(ref _output.Reference, (nint)sample * Layout.OutputLength);

    /// <summary>The gradient by a sample's output, as the caller of Backward gave it.</summary>
    /// <param name="sample">Its index in the batch.</param>
    /// <returns>The first element.</returns>
    protected unsafe ref T OutputGradient(int sample) => ref Unsafe.AsRef<T>(_userOutputGradient + ((nint)sample * Layout.OutputLength));

    /// <summary>Where the caller of Backward wants the gradient by a sample's input.</summary>
    /// <param name="sample">Its index in the batch.</param>
    /// <returns>The first element.</returns>
    protected unsafe ref T InputGradient(int sample) => ref Unsafe.AsRef<T>(_userInputGradient + ((nint)sample * Layout.InputLength));

    /// <summary>The sums of the shard that a sample belongs to.</summary>
    /// <param name="sample">Its index in the batch.</param>
    /// <returns>The first element.</returns>
    protected ref T Shard(int sample) => ref Unsafe.Add(ref _shards!.Reference, sample / SamplesPerShard * ShardPitch);

    /// <summary>Runs a part of a stage of Forward.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="first">The first sample, or item.</param>
    /// <param name="end">Behind the last one.</param>
    /// <param name="workspace">The thread's room for values that no other stage reads.</param>
    protected abstract void ForwardStage(int stage, int first, int end, ref T workspace);

    /// <summary>Runs a part of a stage of Backward.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="first">The first sample, or item.</param>
    /// <param name="end">Behind the last one.</param>
    /// <param name="workspace">The thread's room for values that no other stage reads.</param>
    protected abstract void BackwardStage(int stage, int first, int end, ref T workspace);

    /// <summary>Counts a batch that a batch norm has seen.</summary>
    /// <param name="batchNorm">Its index.</param>
    protected void CountBatch(int batchNorm) => Parameters.BatchCounters.Values[batchNorm]++;

    /// <summary>The factors of one sample's dropout, 0 or 1 / (1 − p): a function of seed, layer, step, sample and element.</summary>
    /// <param name="factors">The first factor.</param>
    /// <param name="count">Their number.</param>
    /// <param name="probability">That a factor is 0.</param>
    /// <param name="layer">The dropout layer's index.</param>
    /// <param name="sample">The sample's index in the batch.</param>
    protected void DropoutFactors(ref T factors, int count, double probability, int layer, int sample)
    {
        T kept = T.CreateTruncating(1 / (1 - probability));
        ulong threshold = (ulong)(probability * 4294967296.0);
        for (int block = 0; block * 4 < count; block++)
        {
            var words = Random.Philox4x32.At(_seed, (ulong)(uint)block | ((ulong)(uint)sample << 32), (_step << 16) | (uint)layer);
            for (int k = 0; k < 4 && (block * 4) + k < count; k++)
            {
                uint word = k switch { 0 => words.X0, 1 => words.X1, 2 => words.X2, _ => words.X3 };
                Unsafe.Add(ref factors, (block * 4) + k) = word < threshold ? T.Zero : kept;
            }
        }
    }

    private void CheckForward()
    {
        if (Samples == 0)
        {
            throw new InvalidOperationException("Backward needs a Forward before it.");
        }
    }

    private unsafe void RunBackward(ReadOnlySpan<T> outputGradient, Span<T> inputGradient, bool wantsInput, bool accumulate)
    {
        CheckForward();
        long expected = (long)Samples * Layout.OutputLength;
        if (outputGradient.Length != expected)
        {
            throw new ArgumentException($"The last Forward had {expected} outputs, but their gradient has {outputGradient.Length} elements.", nameof(outputGradient));
        }

        if (!accumulate)
        {
            Parameters.ZeroGradients(Threads > 1 && IsWorthThreads(Samples) ? UsableThreads : 1);
        }

        fixed (T* from = outputGradient)
        fixed (T* to = inputGradient)
        {
            _userOutputGradient = from;
            _userInputGradient = wantsInput ? to : null;
            Run(Layout.BackwardStages!, isForward: false);
            _userOutputGradient = null;
            _userInputGradient = null;
        }
    }

    private void Run(int[] stages, bool isForward)
    {
        StageWork work = _work ??= new StageWork(this);
        bool share = IsShared = Threads > 1 && IsWorthThreads(Samples);
        int threads = share ? UsableThreads : 1;
        int room = checked(threads * Layout.WorkspaceLength);
        if (_workspaces.Length < room)
        {
            _workspaces = new AlignedBuffer<T>(room);
        }

        bool clearsShards = true;
        for (int stage = 0; stage < stages.Length; stage++)
        {
            bool inShards = !isForward && stages[stage] == 0 && Layout.ShardLength > 0;
            int items = stages[stage] > 0 ? stages[stage] : inShards ? (int)Shards : Samples;
            var (least, most) = stages[stage] > 0 || inShards ? (1, 1) : (WorkerPool.LeastSamples(Samples, threads, Layout.MultiplyAdds), Grain);
            work.Start(stage, isForward, inShards ? SamplesPerShard : 0, clearsShards);
            clearsShards &= !inShards;
            if (share)
            {
                WorkerPool.Shared.Run(work, items, least, most, threads);
            }
            else
            {
                for (int first = 0; first < items; first += most)
                {
                    work.Run(0, first, Math.Min(first + most, items));
                }
            }
        }
    }

    /// <summary>A stage whose samples or items several threads share.</summary>
    private sealed class StageWork(CompiledNetwork<T> network) : IParallelWork
    {
        private int _stage;
        private bool _isForward;
        private int _samplesPerShard;
        private bool _clearsShards;

        /// <summary>Chooses what runs.</summary>
        /// <param name="stage">The stage.</param>
        /// <param name="isForward">Of Forward, or of Backward.</param>
        /// <param name="samplesPerShard">Not 0 where an item is a shard, whose samples follow each other.</param>
        /// <param name="clearsShards">The shards' sums begin with this stage.</param>
        public void Start(int stage, bool isForward, int samplesPerShard, bool clearsShards)
        {
            _clearsShards = clearsShards;
            _stage = stage;
            _isForward = isForward;
            _samplesPerShard = samplesPerShard;
        }

        public void Run(int thread, int first, int end)
        {
            ref T workspace = ref Unsafe.Add(ref network._workspaces.Reference, (nint)thread * network.Layout.WorkspaceLength);
            if (_samplesPerShard == 0)
            {
                RunStage(first, end, ref workspace);
                return;
            }

            for (int shard = first; shard < end; shard++)
            {
                if (_clearsShards)
                {
                    network._shards!.Span.Slice(shard * network.Layout.ShardLength, network.Layout.ShardLength).Clear();
                }

                int behind = Math.Min((shard + 1) * _samplesPerShard, network.Samples);
                for (int sample = shard * _samplesPerShard; sample < behind; sample += Grain)
                {
                    RunStage(sample, Math.Min(sample + Grain, behind), ref workspace);
                }
            }
        }

        private void RunStage(int first, int end, ref T workspace)
        {
            if (_isForward)
            {
                network.ForwardStage(_stage, first, end, ref workspace);
            }
            else
            {
                network.BackwardStage(_stage, first, end, ref workspace);
            }
        }
    }
}

/// <summary>A compiled network with a loss. Generated classes derive from it.</summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <typeparam name="TTarget">The targets' type.</typeparam>
public abstract class CompiledNetwork<T, TTarget> : CompiledNetwork<T>, ITrainable<T, TTarget>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTarget : unmanaged
{
    private Loss<T, TTarget>? _loss;

    /// <summary>Creates the parameters and initialises them.</summary>
    /// <param name="layout">Sizes and stages.</param>
    /// <param name="seed">Selects the first values.</param>
    /// <param name="path">The file with the first values, or null if the seed gives them.</param>
    protected CompiledNetwork(NetworkLayout layout, ulong seed, string? path = null)
        : base(layout, seed, path)
    {
    }

    private Loss<T, TTarget> Measure => _loss ??= CreateLoss();

    /// <inheritdoc/>
    public T Loss(ReadOnlySpan<TTarget> targets, out ReadOnlySpan<T> outputGradient)
    {
        if (Samples == 0)
        {
            throw new InvalidOperationException("Loss needs a Forward before it.");
        }

        var gradient = OutputGradients;
        T value = Measure.Evaluate(Outputs, targets, Samples, gradient);
        outputGradient = gradient;
        return value;
    }

    /// <inheritdoc/>
    public T LossOf(ReadOnlySpan<T> outputs, ReadOnlySpan<TTarget> targets)
    {
        int length = Layout.OutputLength;
        return outputs.Length % length == 0
            ? Measure.Evaluate(outputs, targets, outputs.Length / length, [])
            : throw new ArgumentException($"The outputs' length {outputs.Length} is no multiple of {length}, the length of one sample's.", nameof(outputs));
    }

    /// <summary>Makes the loss that the YAML names.</summary>
    /// <returns>The loss.</returns>
    protected abstract Loss<T, TTarget> CreateLoss();
}
