using System.Numerics;

namespace NumCnn;

/// <summary>
/// Steps a network's trainable parameters along their gradients. An optimizer keeps state about one network and belongs
/// to it after the first step; the first step allocates that state, later ones allocate nothing.
/// </summary>
/// <remarks>
/// Each element is computed by itself, with plain multiplications and additions that are rounded one by one, so the
/// result has the same bits for any vector width.
/// </remarks>
public abstract class Optimizer
{
    private double _learningRate;
    private object? _state;

    private protected Optimizer(double learningRate)
    {
        LearningRate = learningRate;
    }

    /// <summary>The learning rate of the next step; a schedule changes it between steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double LearningRate
    {
        get => _learningRate;
        set => _learningRate = NotNegative(value, nameof(value));
    }

    /// <summary>The number of steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>The number of values that are kept for each parameter element.</summary>
    private protected abstract int StateCount { get; }

    /// <summary>Steps a network's parameters along the gradients of its last Backward, with as many threads as the network may use.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="network">The network.</param>
    /// <exception cref="InvalidOperationException">The optimizer has stepped another network before, or something else writes the parameters.</exception>
    public void Step<T>(INetwork<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        Step(network.Parameters, network.Threads);
    }

    /// <summary>Steps parameters along their gradients.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="parameters">The parameters.</param>
    /// <exception cref="InvalidOperationException">The optimizer has stepped other parameters before, or something else writes them.</exception>
    public void Step<T>(ParameterSet<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Step(parameters, threads: 1);
    }

    /// <summary>Forgets momentum, averages and the number of steps; the optimizer may then step another network.</summary>
    public void Reset()
    {
        _state = null;
        Steps = 0;
    }

    /// <summary>Steps parameters with at most this many threads; the bits are the same for any number.</summary>
    internal void Step<T>(ParameterSet<T> parameters, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        State<T> state = StateOf(parameters);
        state.Threads = threads;
        parameters.BeginWrite();
        try
        {
            Steps++;
            Update(state);
        }
        finally
        {
            parameters.EndWrite();
        }
    }

    /// <summary>Steps the parameters that the state belongs to.</summary>
    private protected abstract void Update<T>(State<T> state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private protected static double NotNegative(double value, string name) =>
        double.IsFinite(value) && value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and at least 0.");

    private protected static double Positive(double value, string name) =>
        double.IsFinite(value) && value > 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and above 0.");

    private protected static double BelowOne(double value, string name) =>
        value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and below 1.");

    private State<T> StateOf<T>(ParameterSet<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_state is null)
        {
            var created = new State<T>(parameters, StateCount);
            _state = created;
            return created;
        }

        return _state is State<T> state && ReferenceEquals(state.Owner, parameters)
            ? state
            : throw new InvalidOperationException("This optimizer keeps the state of another network. Give each network its own, or call Reset.");
    }

    /// <summary>What is kept about a network's parameters.</summary>
    internal sealed class State<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly AlignedBuffer<T>[] _buffers = new AlignedBuffer<T>[3];
        private IParallelWork? _loop;

        public State(ParameterSet<T> owner, int count)
        {
            Owner = owner;
            for (int i = 0; i < _buffers.Length; i++)
            {
                _buffers[i] = new AlignedBuffer<T>(i < count ? owner.OwnValues.Length : 0);
            }
        }

        public ParameterSet<T> Owner { get; }

        /// <summary>Threads that share a step.</summary>
        public int Threads { get; set; }

        public Span<T> First => _buffers[0].Span;

        public Span<T> Second => _buffers[1].Span;

        public Span<T> Third => _buffers[2].Span;

        /// <summary>Takes all elements through a formula, which has the same type at every step.</summary>
        public void Apply<TUpdate>(TUpdate formula)
            where TUpdate : struct, IUpdate<T>
        {
            if (_loop is not UpdateLoop<T, TUpdate> loop)
            {
                _loop = loop = new UpdateLoop<T, TUpdate>(this);
            }

            loop.Run(formula);
        }
    }
}
