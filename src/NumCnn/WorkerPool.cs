using System.Runtime.InteropServices;

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
/// <remarks>
/// Each thread begins with a range of the items, the same one whenever as many items come: what it wrote in one stage is in its processor's cache
/// when it reads it in the next. It takes half of what is left at a time, so that one whose processor is slower, or busy with something else, has little
/// before it when the others are done with theirs and take from its range what it has not begun.
/// </remarks>
internal sealed class WorkerPool
{
    // Pauses of SpinWait(1), some 0.1 to 0.2 µs: a worker looks for work for 4 to 8 ms, a caller whose last worker was interrupted gives way after 0.4 to 0.8 ms.
    private const int SpinsBeforeParking = 40_000;
    private const int SpinsBeforeYielding = 4_000;

    /// <summary>Multiply-adds, and elements of memory, below which a call keeps to its own thread.</summary>
    internal const long DefaultLeastWork = 2_000_000;

    /// <summary><see cref="DefaultLeastWork"/>, but for tests of threads, which set it to 0.</summary>
    internal static long LeastWork { get; set; } = DefaultLeastWork;

    // More threads than processors would only take turns, but tests of threads should mean the same on any machine.
    private const int AlwaysAllowed = 8;

    // A tile of a dense layer's samples, which take longer one by one; and the multiply-adds of a take that is long enough without being a tile.
    private const int SampleTile = 4;
    private const long LongTake = 2_000_000;

    // Elements of flat memory that go to a thread at once; a multiple of every vector.
    private const int BlockLength = 4096;

    private readonly object _gate = new();
    private readonly List<Thread> _threads = [];
    private IParallelWork? _work;
    private Share[] _shares = [];
    private int _least;
    private int _most;
    private int _helpers;
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

    /// <summary>Threads that may be asked for: as many as were allowed, but for numbers that no machine has.</summary>
    /// <param name="allowed">The number that a network's user allows.</param>
    public static int Usable(int allowed) => Math.Min(allowed, Math.Max(Environment.ProcessorCount, AlwaysAllowed));

    /// <summary>Samples that a thread takes at least: a tile of them, but no more than a thread's share, and few where one keeps a thread for long.</summary>
    /// <param name="samples">All of them.</param>
    /// <param name="threads">Those that share them.</param>
    /// <param name="multiplyAdds">Of a sample.</param>
    public static int LeastSamples(int samples, int threads, long multiplyAdds)
        => (int)Math.Clamp(Math.Min(samples / threads, LongTake / Math.Max(1, multiplyAdds)), 1, SampleTile);

    /// <summary>Items that a thread takes at once: half of what is left of a range.</summary>
    /// <param name="left">What is left.</param>
    /// <param name="least">It takes a multiple of these, unless fewer are left.</param>
    /// <param name="most">It takes no more.</param>
    public static int Take(int left, int least, int most)
        => Math.Min(left, Math.Max(least, Math.Min(left / 2, most) / least * least));

    /// <summary>The elements that some blocks hold.</summary>
    /// <param name="first">The first block.</param>
    /// <param name="end">Behind the last one.</param>
    /// <param name="length">All elements.</param>
    public static (int Start, int Length) Elements(int first, int end, int length)
    {
        int start = first * BlockLength;
        return (start, (int)Math.Min((long)end * BlockLength, length) - start);
    }

    /// <summary>Runs flat memory's blocks as items: <see cref="Elements"/> says which elements they hold.</summary>
    /// <param name="work">What is done with them.</param>
    /// <param name="length">Elements.</param>
    /// <param name="threads">Threads, at most.</param>
    public void RunBlocks(IParallelWork work, int length, int threads)
    {
        int blocks = (int)(((long)length + BlockLength - 1) / BlockLength);
        Run(work, blocks, threads > 1 ? 1 : Math.Max(1, blocks), Usable(threads));
    }

    /// <summary>Runs the items on at most this many threads, the caller's included. Which thread does what changes no result.</summary>
    /// <param name="work">What is done with them.</param>
    /// <param name="items">Their number.</param>
    /// <param name="grain">Items that a thread takes at once.</param>
    /// <param name="threads">Threads, at most.</param>
    public void Run(IParallelWork work, int items, int grain, int threads) => Run(work, items, grain, grain, threads);

    /// <summary>The same, with threads that take fewer and fewer items at once: see <see cref="Take"/>. A thread that is alone takes the most.</summary>
    /// <param name="work">What is done with them.</param>
    /// <param name="items">Their number.</param>
    /// <param name="least">Items that a thread takes at once at least.</param>
    /// <param name="most">And at most.</param>
    /// <param name="threads">Threads, at most.</param>
    public void Run(IParallelWork work, int items, int least, int most, int threads)
    {
        threads = Math.Min(threads, (items + least - 1) / least);
        if (threads <= 1 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int first = 0; first < items; first += most)
            {
                work.Run(0, first, Math.Min(first + most, items));
            }

            return;
        }

        Exception? failure;
        try
        {
            Start(threads - 1);
            _work = work;
            (_least, _most) = (least, most);
            _helpers = threads - 1;
            Divide(items, threads);
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
        }
        finally
        {
            failure = Close();
            Volatile.Write(ref _busy, 0);
        }

        if (failure is not null)
        {
            throw new AggregateException(failure);
        }
    }

    /// <summary>Waits until the workers that have come are done. One that has not come by now is not waited for.</summary>
    /// <returns>What one of the items threw.</returns>
    private Exception? Close()
    {
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
        Exception? failure = _failure;
        _failure = null;
        return failure;
    }

    private void Divide(int items, int threads)
    {
        if (_shares.Length < threads)
        {
            _shares = new Share[threads];
        }

        long parts = ((items - 1) / _least) + 1;
        for (int thread = 0; thread < threads; thread++)
        {
            _shares[thread].Next = (int)(parts * thread / threads) * _least;
            _shares[thread].End = Math.Min((int)(parts * (thread + 1) / threads) * _least, items);
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
            int threads = _helpers + 1;
            for (int turn = 0; turn < threads; turn++)
            {
                ref Share share = ref _shares[(thread + turn) % threads];
                int first = Volatile.Read(ref share.Next);
                while (first < share.End)
                {
                    int end = first + Take(share.End - first, _least, _most);
                    int next = Interlocked.CompareExchange(ref share.Next, end, first);
                    if (next == first)
                    {
                        _work!.Run(thread, first, end);
                        next = Volatile.Read(ref share.Next);
                    }

                    first = next;
                }
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _failure = exception;
        }
    }

    /// <summary>A thread's items, apart from the others' in memory: that one counts is nothing to another's cache.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Share
    {
        [FieldOffset(0)]
        public int Next;
        [FieldOffset(4)]
        public int End;
    }
}
