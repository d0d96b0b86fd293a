using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace NumCnn.Benchmarks.Measuring;

/// <summary>Times what several threads cost a call: a meeting of threads that wait for it, and the arrival of one that sleeps.</summary>
internal static class ThreadCosts
{
    private const int Meetings = 2_000, Blocks = 51, Wakings = 51;

    // Longer than a worker waits before it parks.
    private const int Sleep = 30;

    public static Command Create()
    {
        var command = new Command("threads", "Times a meeting of two threads, and how long a sleeping one takes to come.");
        command.SetAction(static _ =>
        {
            if (Environment.ProcessorCount < 2)
            {
                Console.Error.WriteLine("This machine has one processor.");
                return 2;
            }

            Meeting();
            Arrival();
            return 0;
        });
        return command;
    }

    /// <summary>Two items for two threads, beside an item alone: what is more is the meeting.</summary>
    private static void Meeting()
    {
        Print("work of an item, µs", "both, µs", "meeting, µs", $"of {Blocks} blocks, µs");
        foreach (int length in (int[])[500, 2_000, 8_000])
        {
            var work = new Spinning(length);
            var (alone, both) = (new double[Blocks], new double[Blocks]);
            for (int block = -5; block < Blocks; block++)
            {
                // After a block alone the other thread has gone.
                double one = Time(() => work.Run(0, 0, 1));
                for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalMilliseconds < Sleep;)
                {
                    WorkerPool.Shared.Run(work, 2, 1, 2);
                }

                double two = Time(() => WorkerPool.Shared.Run(work, 2, 1, 2));
                if (block >= 0)
                {
                    (alone[block], both[block]) = (one, two);
                }
            }

            double item = Interleaved.Median(alone), pair = Interleaved.Median(both);
            double[] costs = [.. both.Zip(alone, static (two, one) => two - one).Order()];
            Print(Text(item), Text(pair), Text(pair - item), $"{Text(costs[0])} to {Text(costs[^1])}");
        }

        static double Time(Action run)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Meetings; i++)
            {
                run();
            }

            return Stopwatch.GetElapsedTime(start).TotalMicroseconds / Meetings;
        }
    }

    /// <summary>From the call to a sleeping worker's first item, while the caller works.</summary>
    private static void Arrival()
    {
        var arrivals = new double[Wakings];
        for (int i = 0; i < Wakings; i++)
        {
            Thread.Sleep(Sleep);
            var work = new Arriving();
            work.Start();
            while (work.Arrived == 0)
            {
                WorkerPool.Shared.Run(work, 1_000, 1, 2);
            }

            arrivals[i] = (work.Arrived - work.Began) * 1e6 / Stopwatch.Frequency;
        }

        Array.Sort(arrivals);
        Console.WriteLine($"a sleeping thread's first item, µs after the call: median {Text(Interleaved.Median(arrivals))}, {Text(arrivals[0])} to {Text(arrivals[^1])} of {Wakings}");
    }

    private static void Print(params string[] cells) => Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0,-20} {1,10} {2,12}   {3}", cells));

    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>Items that take a while, and memory that nobody shares.</summary>
    private sealed class Spinning(int length) : IParallelWork
    {
        private readonly float[] _sums = new float[256];

        public void Run(int thread, int first, int end)
        {
            float sum = 0;
            for (int item = first; item < end; item++)
            {
                for (int i = 0; i < length; i++)
                {
                    sum = (sum * 0.5f) + 1;
                }
            }

            _sums[thread * 64] = sum;
        }
    }

    private sealed class Arriving : IParallelWork
    {
        private long _arrived;

        public long Began { get; private set; }

        public long Arrived => Interlocked.Read(ref _arrived);

        public void Start() => Began = Stopwatch.GetTimestamp();

        public void Run(int thread, int first, int end)
        {
            if (thread > 0)
            {
                Interlocked.CompareExchange(ref _arrived, Stopwatch.GetTimestamp(), 0);
            }
            else
            {
                Thread.SpinWait(10);
            }
        }
    }
}
