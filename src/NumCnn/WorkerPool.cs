namespace NumCnn;

/// <summary>Work that several threads share: a number of independent items.</summary>
internal interface IParallelWork
{
    /// <summary>Does the items from <paramref name="first"/> up to, but without, <paramref name="end"/>.</summary>
    /// <param name="thread">Which of the threads that share the work; the caller is 0.</param>
    /// <param name="first">The first item.</param>
    /// <param name="end">Behind the last one.</param>
    void Run(int thread, int first, int end);
}

/// <summary>
/// Threads of our own that wait for work: first spinning, which answers within a microsecond, then parked. One caller at a
/// time has them; a second one does its work alone. Nothing is allocated for a call.
/// </summary>
internal sealed class WorkerPool
{
    // Pauses of SpinWait(1), some 0.1 to 0.2 µs: a worker looks for work for 4 to 8 ms, a caller whose last worker was interrupted gives way after 0.4 to 0.8 ms.
    private const int SpinsBeforeParking = 40_000;
    private const int SpinsBeforeYielding = 4_000;

    /// <summary>Multiply-adds, and elements of memory, below which a call keeps to its own thread.</summary>
    internal const long DefaultLeastWork = 2_000_000;

    /// <summary><see cref="DefaultLeastWork"/>, but for tests of threads, which set it to 0.</summary>
    internal static long LeastWork { get; set; } = DefaultLeastWork;

    private readonly object _gate = new();
    private readonly List<Thread> _threads = [];
    private IParallelWork? _work;
    private int _items;
    private int _grain;
    private int _helpers;
    private int _next;
    private int _busy;
    private int _open;
    private int _active;
    private int _parked;
    private volatile int _generation;
    private volatile Exception? _failure;

    private WorkerPool()
    {
    }

    /// <summary>The process's pool. It has no thread before a first call that wants one.</summary>
    public static WorkerPool Shared { get; } = new();

    /// <summary>Runs the items on at most this many threads, the caller's included. Which thread does what changes no result.</summary>
    public void Run(IParallelWork work, int items, int grain, int threads)
    {
        threads = Math.Min(threads, (items + grain - 1) / grain);
        if (threads <= 1 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int first = 0; first < items; first += grain)
            {
                work.Run(0, first, Math.Min(first + grain, items));
            }

            return;
        }

        try
        {
            Start(threads - 1);
            _work = work;
            _items = items;
            _grain = grain;
            _helpers = threads - 1;
            _next = 0;
            Interlocked.Exchange(ref _open, 1);
            Interlocked.Increment(ref _generation);
            if (Volatile.Read(ref _parked) > 0)
            {
                // Once for each time that they park: a thread that wakes needs the gate, and would find it closed by every further call.
                lock (_gate)
                {
                    _parked = 0;
                    Monitor.PulseAll(_gate);
                }
            }

            Drain(0);

            // A worker that has not come by now is not waited for; one that has is.
            Interlocked.Exchange(ref _open, 0);
            for (int spins = 0; Volatile.Read(ref _active) != 0; spins++)
            {
                if (spins < SpinsBeforeYielding)
                {
                    Thread.SpinWait(1);
                }
                else
                {
                    Thread.Yield();
                }
            }

            _work = null;
            if (_failure is { } failure)
            {
                _failure = null;
                throw new AggregateException(failure);
            }
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private void Start(int count)
    {
        while (_threads.Count < count)
        {
            int index = _threads.Count;
            var thread = new Thread(() => Loop(index)) { IsBackground = true, Name = $"NumCnn worker {index}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    private void Loop(int index)
    {
        int seen = 0;
        while (true)
        {
            int spins = 0;
            while (_generation == seen)
            {
                if (++spins < SpinsBeforeParking)
                {
                    Thread.SpinWait(1);
                    continue;
                }

                lock (_gate)
                {
                    Interlocked.Increment(ref _parked);
                    while (_generation == seen)
                    {
                        Monitor.Wait(_gate);
                    }
                }
            }

            seen = _generation;
            Interlocked.Increment(ref _active);
            if (Volatile.Read(ref _open) == 1 && index < _helpers)
            {
                Drain(index + 1);
            }

            Interlocked.Decrement(ref _active);
        }
    }

    private void Drain(int thread)
    {
        try
        {
            while (true)
            {
                int first = Interlocked.Add(ref _next, _grain) - _grain;
                if (first >= _items)
                {
                    return;
                }

                _work!.Run(thread, first, Math.Min(first + _grain, _items));
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _failure = exception;
        }
    }
}
