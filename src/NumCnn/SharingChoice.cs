namespace NumCnn;

/// <summary>
/// Whether several threads evaluate a small sample sooner than one: what they hand each other after every step takes a machine with slow
/// links between its processors longer than another one computes. The bits are equal, so the first calls go one way and the other by turns, and the
/// faster way is taken from then on.
/// </summary>
internal sealed class SharingChoice
{
    /// <summary>Calls of a trial, every other one alone.</summary>
    private const int Tries = 16;

    /// <summary>Calls from one trial to the next: other work comes and goes.</summary>
    private const int Period = 1024;

    private readonly long[] _together = new long[Tries / 2];
    private readonly long[] _alone = new long[Tries / 2];
    private int _threads;
    private int _call;
    private bool _prefersTogether = true;

    /// <summary>Multiply-adds of a sample up to which it is tried, some 0.3 ms of one processor; more is always shared.</summary>
    internal static long LargestTried { get; set; } = 32_000_000;

    /// <summary>How the next call goes.</summary>
    /// <param name="threads">The threads that may share it; another number has a trial of its own.</param>
    /// <returns>True for all threads together.</returns>
    public bool IsTogether(int threads)
    {
        if (threads != _threads)
        {
            _threads = threads;
            _call = 0;
        }

        return _call < Tries ? _call % 2 == 0 : _prefersTogether;
    }

    /// <summary>Notes how long the call took.</summary>
    /// <param name="ticks">Its time, in any unit.</param>
    public void Took(long ticks)
    {
        if (_call < Tries)
        {
            (_call % 2 == 0 ? _together : _alone)[_call / 2] = ticks;
            if (_call == Tries - 1)
            {
                _prefersTogether = Median(_together) <= Median(_alone);
            }
        }

        if (++_call == Period)
        {
            _call = 0;
        }
    }

    /// <summary>Calls that waited, for threads that woke or code that was compiled, say nothing about the next ones.</summary>
    private static long Median(long[] ticks)
    {
        // Not Array.Sort, which allocates when it is first used.
        int middle = (ticks.Length - 1) / 2;
        foreach (long candidate in ticks)
        {
            int less = 0, equal = 0;
            foreach (long other in ticks)
            {
                less += other < candidate ? 1 : 0;
                equal += other == candidate ? 1 : 0;
            }

            if (less <= middle && middle < less + equal)
            {
                return candidate;
            }
        }

        return long.MaxValue;
    }
}
