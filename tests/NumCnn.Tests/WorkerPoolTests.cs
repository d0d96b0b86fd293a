namespace NumCnn.Tests;

/// <summary>Threads that share items: each is done once, whoever is late, busy or fails.</summary>
public class WorkerPoolTests
{
    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(2, 1, 2)]
    [InlineData(7, 3, 2)]
    [InlineData(64, 5, 4)]
    [InlineData(3, 8, 3)]
    public void Every_item_is_done_once(int items, int grain, int threads)
    {
        var work = new Counting(items, threads);
        for (int round = 1; round <= 500; round++)
        {
            WorkerPool.Shared.Run(work, items, grain, threads);
            Assert.All(work.Counts, count => Assert.Equal(round, count));
        }
    }

    [Theory]
    [InlineData(1, 1, 1, 2)]
    [InlineData(64, 4, 16, 2)]
    [InlineData(37, 1, 16, 3)]
    [InlineData(10, 4, 4, 2)]
    [InlineData(5, 3, 16, 4)]
    public void Every_item_is_done_once_where_threads_take_fewer_and_fewer(int items, int least, int most, int threads)
    {
        var work = new Counting(items, threads);
        for (int round = 1; round <= 500; round++)
        {
            WorkerPool.Shared.Run(work, items, least, most, threads);
            Assert.All(work.Counts, count => Assert.Equal(round, count));
        }

        Assert.InRange(work.Longest, 1, most);
    }

    [Theory]
    [InlineData(32, 4, 16, 16)] // half of a range,
    [InlineData(16, 4, 16, 8)]
    [InlineData(8, 4, 16, 4)]
    [InlineData(4, 4, 16, 4)] // no fewer than a tile's samples,
    [InlineData(3, 4, 16, 3)] // unless fewer are left
    [InlineData(14, 4, 16, 4)] // whole tiles
    [InlineData(1000, 4, 16, 16)] // no more than a chunk
    [InlineData(5, 1, 16, 2)]
    [InlineData(1, 1, 16, 1)]
    [InlineData(9, 3, 3, 3)]
    public void A_thread_takes_half_of_what_is_left(int left, int least, int most, int expected)
        => Assert.Equal(expected, WorkerPool.Take(left, least, most));

    [Theory]
    [InlineData(64, 2, 61_706, 4)] // a tile's samples
    [InlineData(6, 2, 61_706, 3)] // unless a thread's share is less,
    [InlineData(1, 2, 61_706, 1)]
    [InlineData(64, 2, 800_000, 2)] // or a few are enough for a while
    [InlineData(64, 2, 12_000_000, 1)]
    [InlineData(64, 2, 0, 4)]
    public void Long_samples_are_taken_one_by_one_in_the_end(int samples, int threads, long multiplyAdds, int expected)
        => Assert.Equal(expected, WorkerPool.LeastSamples(samples, threads, multiplyAdds));

    [Fact]
    public void Callers_at_once_all_get_their_items_done()
    {
        Counting[] works = [.. Enumerable.Range(0, 4).Select(static _ => new Counting(11, 3))];
        Thread[] callers = [.. works.Select(static work => new Thread(() =>
        {
            for (int round = 0; round < 300; round++)
            {
                WorkerPool.Shared.Run(work, 11, 2, 3);
            }
        }))];
        Array.ForEach(callers, static caller => caller.Start());
        Array.ForEach(callers, static caller => caller.Join());
        Assert.All(works, static work => Assert.All(work.Counts, static count => Assert.Equal(300, count)));
    }

    [Fact]
    public void What_an_item_throws_reaches_the_caller_and_the_pool_goes_on()
    {
        var failing = new Counting(8, 2) { FailsAt = 5 };
        var failure = Record.Exception(() => WorkerPool.Shared.Run(failing, 8, 1, 2));

        // Where another caller has the threads, this one worked alone, and nothing wraps its exception.
        Assert.IsType<InvalidDataException>(failure is AggregateException several ? several.InnerException : failure);
        var work = new Counting(8, 2);
        WorkerPool.Shared.Run(work, 8, 1, 2);
        Assert.All(work.Counts, static count => Assert.Equal(1, count));
    }

    [Fact]
    public void A_thread_begins_with_its_own_range()
    {
        // 10 items in grains of 2 for two threads: 4 items and 6. The caller stays in its first grain until the other has begun.
        bool came = false;
        for (int attempt = 0; attempt < 40 && !came; attempt++)
        {
            var work = new Waiting(TimeSpan.FromMilliseconds(500));
            WorkerPool.Shared.Run(work, 10, 2, 2);
            came = work.Came;
            Assert.True(!came || work.OthersFirst == 4, $"The other thread began with item {work.OthersFirst}.");
        }

        Assert.True(came, "nobody but the caller came.");
    }

    [Fact]
    public void A_parked_thread_comes_back()
    {
        for (int round = 1; round <= 5; round++)
        {
            Thread.Sleep(30); // long enough for a worker to park

            // While another caller has the pool, a call works alone.
            bool came = false;
            for (int attempt = 0; attempt < 40 && !came; attempt++)
            {
                var work = new Waiting(TimeSpan.FromMilliseconds(500));
                WorkerPool.Shared.Run(work, 2, 1, 2);
                came = work.Came;
            }

            Assert.True(came, $"round {round}: nobody but the caller came.");
        }
    }

    private sealed class Counting(int items, int threads) : IParallelWork
    {
        private readonly int[] _counts = new int[items];
        private readonly int[] _longest = new int[threads];

        public int FailsAt { get; init; } = -1;

        public IReadOnlyList<int> Counts => _counts;

        /// <summary>The most items that a thread took at once.</summary>
        public int Longest => _longest.Max();

        public void Run(int thread, int first, int end)
        {
            Assert.InRange(thread, 0, threads - 1);
            _longest[thread] = Math.Max(_longest[thread], end - first);
            for (int item = first; item < end; item++)
            {
                if (item == FailsAt)
                {
                    throw new InvalidDataException("This item fails.");
                }

                Interlocked.Increment(ref _counts[item]);
            }
        }
    }

    /// <summary>The caller's item ends when another thread has begun one.</summary>
    private sealed class Waiting(TimeSpan patience) : IParallelWork
    {
        private readonly ManualResetEventSlim _came = new();

        public bool Came => _came.IsSet;

        /// <summary>The first item that another thread began.</summary>
        public int OthersFirst { get; private set; } = -1;

        public void Run(int thread, int first, int end)
        {
            if (thread > 0)
            {
                OthersFirst = OthersFirst < 0 ? first : OthersFirst;
                _came.Set();
            }
            else
            {
                _came.Wait(patience);
            }
        }
    }
}
