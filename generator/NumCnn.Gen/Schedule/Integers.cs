namespace NumCnn.Gen.Schedule;

/// <summary>What the framework lacks.</summary>
internal static class Integers
{
    /// <summary>The greatest common divisor; that of a number and zero is the number.</summary>
    public static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);

    /// <summary>How many different sums there are with one element of each run 0, step, 2·step, ….</summary>
    /// <param name="runs">Runs of positive steps and counts, which are sorted here.</param>
    public static int DistinctSums(List<(int Step, int Count)> runs)
    {
        runs.Sort(static (left, right) => left.Step.CompareTo(right.Step));
        int sums = 1;
        int reach = 0; // the largest sum so far
        for (int i = 0; i < runs.Count; i++)
        {
            var (step, count) = runs[i];
            if (step <= reach)
            {
                return Enumerate(runs);
            }

            reach += (count - 1) * step;
            sums *= count;
            if (i + 1 < runs.Count && runs[i + 1] is var (next, times) && next % step == 0 && next / step < count)
            {
                // Runs of one grid that overlap: together they are one without gaps.
                reach += (times - 1) * next;
                sums = sums / count * (((times - 1) * (next / step)) + count);
                i++;
            }
        }

        return sums;
    }

    private static int Enumerate(List<(int Step, int Count)> runs)
    {
        var sums = new HashSet<int> { 0 };
        foreach (var (step, count) in runs)
        {
            var longer = new HashSet<int>();
            foreach (int sum in sums)
            {
                for (int k = 0; k < count; k++)
                {
                    longer.Add(sum + (k * step));
                }
            }

            sums = longer;
        }

        return sums.Count;
    }
}
