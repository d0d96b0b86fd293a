using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

/// <summary>
/// Divides the large steps of a sample into items, rows of an image or blocks of channels, so that threads can share a step
/// where samples are fewer than threads. Items are independent points of a nest: no sum changes its order.
/// </summary>
internal sealed class SampleShares
{
    private const int MostStretches = 32;

    /// <summary>Bytes that stay in the second cache beside what else passes through it.</summary>
    private const long SecondCache = 512 << 10;

    /// <summary>Cycles for a line of the second cache, and for one from beyond.</summary>
    private const double LineOfSecond = 2, LineBeyond = 8;

    /// <summary>What it costs, as a share, that an item's results lie apart, so that neighbours in memory are two threads'.</summary>
    private const double Apart = 0.02;

    private readonly DType _type;
    private readonly SizeLimits _limits;

    private SampleShares(DType type, SizeLimits limits) => (_type, _limits) = (type, limits);

    /// <summary>The steps of a sample, the large ones divided.</summary>
    public static IReadOnlyList<Step> Apply(IReadOnlyList<Step> steps, DType type, SizeLimits limits)
    {
        var shares = new SampleShares(type, limits);
        return [.. steps.SelectMany(shares.Divide)];
    }

    /// <summary>The same steps, those divided whose parts then take turns, so that weights that come from memory come once.</summary>
    public static IReadOnlyList<Step> ApplyToStreams(IReadOnlyList<Step> steps, DType type, SizeLimits limits)
    {
        var shares = new SampleShares(type, limits);
        return [.. steps.SelectMany(step => Streams.HasParts(step) && shares.Divide(step).ToList() is var parts && parts.TrueForAll(static part => part.Turns is not null) ? parts : [step])];
    }

    private IEnumerable<Step> Divide(Step step)
    {
        if (step.Domain != Domain.Samples || step.Turns is not null || step.Call is not null || step.Scalars.Count > 0)
        {
            return [step];
        }

        double[] cycles = [.. step.Nests.Select(nest => Planner.Cycles(nest, TargetOf(nest, VectorKind.Fixed512), step.Unroll))];
        if (cycles.Sum() < _limits.Step)
        {
            return [step];
        }

        var nests = step.Nests.Select((nest, k) => Divide(nest, cycles[k], step.Unroll)).ToList();
        if (nests.TrueForAll(static nest => nest.Items is null) || !AreIndependent(step.Nests))
        {
            return [step];
        }

        var turns = TakeTurns(nests) ? new Turns(nests[0].Items!.Extent, handsOver: false) : null;
        return nests.Select((nest, k) => step.Part(nest, nests.Count == 1 ? string.Empty : FormattableString.Invariant($"{k + 1}"), turns));
    }

    /// <summary>Each item of one part reads what the same item of another part reads, such as the weights of a few channels, which then are still in the cache.</summary>
    private static bool TakeTurns(IReadOnlyList<Nest> nests)
    {
        static HashSet<Storage> Own(Nest nest) => [.. nest.Accesses().Where(access => nest.Items is { } items && access.DependsOn(items) && !nest.Stores.Exists(store => store.Target == access)).Select(static access => access.Storage)];
        return nests.Count > 1
            && nests.All(nest => nest.Items?.Extent == nests[0].Items?.Extent)
            && nests.Select(Own).Aggregate(static (common, own) => [.. common.Intersect(own)]).Count > 0;
    }

    private Target TargetOf(Nest nest, VectorKind kind) => Target.For(nest.Lane is null ? VectorKind.None : kind, _type);

    /// <summary>No nest reads or writes what another one writes.</summary>
    private static bool AreIndependent(IReadOnlyList<Nest> nests)
    {
        foreach (var storage in nests.SelectMany(static nest => nest.Stores).Select(static store => store.Target.Storage).Distinct())
        {
            var accesses = nests.Select(nest => nest.Accesses().Where(access => access.Storage == storage).ToList()).ToList();
            var units = Units(accesses.SelectMany(static own => own));
            for (int k = 0; k < nests.Count; k++)
            {
                var others = accesses.Where((_, other) => other != k).SelectMany(static own => own);
                if (nests[k].Stores.Select(static store => store.Target).Where(target => target.Storage == storage).Any(target => others.Any(other => Meet(target, other, units))))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>What a place of an image is written in, as a number in digits: the factors of rows, columns, channels.</summary>
    private static List<int> Units(IEnumerable<Access> accesses)
        => [.. accesses.SelectMany(static access => access.Address.Terms).Select(static term => term.Factor).Append(1).Distinct().OrderByDescending(static unit => unit)];

    /// <summary>
    /// Whether what two accesses touch may have elements in common. Rectangles of one image have none where their rows or their columns
    /// do not meet, though they lie between each other in memory.
    /// </summary>
    private static bool Meet(Access access, Access other, IReadOnlyList<int> units)
        => !access.IsAffine || !other.IsAffine || units[units.Count - 1] < 1
            || Digits(access.Address, units) is not { } digits || Digits(other.Address, units) is not { } others
            || digits.Zip(others, static (own, their) => own.First <= their.Last && their.First <= own.Last).All(static meet => meet);

    /// <summary>
    /// The first and the last value of each digit of an address; null if digits carry over into others, so that a place might be written in
    /// two ways. A unit need be no multiple of the next one: a row may be longer than its pixels.
    /// </summary>
    private static List<(long First, long Last)>? Digits(Affine address, IReadOnlyList<int> units)
    {
        var digits = new List<(long First, long Last)>();
        long rest = address.Constant;
        foreach (int unit in units)
        {
            long first = rest / unit;
            digits.Add((first, first + address.Terms.Where(term => term.Factor == unit).Sum(static term => term.Axis.IsSymbolic ? 0L : term.Axis.Extent - 1)));
            rest %= unit;
        }

        long below = 0;
        for (int k = units.Count - 1; k >= 0; k--)
        {
            if (digits[k].First < 0 || below >= units[k])
            {
                return null;
            }

            below += digits[k].Last * units[k];
        }

        return digits;
    }

    /// <param name="nest">The nest.</param>
    /// <param name="whole">What it takes undivided.</param>
    /// <param name="unroll">How its step is unrolled.</param>
    private Nest Divide(Nest nest, double whole, UnrollMode unroll)
    {
        if (nest.Items is not null || nest.Sequential || nest.Ordered > 0 || !KeepsToItself(nest) || whole < 2 * _limits.Item)
        {
            return nest;
        }

        var (target, narrow) = (TargetOf(nest, VectorKind.Fixed512), TargetOf(nest, VectorKind.Variable));
        if (nest.Accumulators.Count == 0 && Simplifier.Merge(nest) is var merged && LayoutCopy.From(merged, Planner.Create(merged, narrow, unroll)) is not null)
        {
            // The runtime copies it.
            return nest;
        }

        double wholeNarrow = Planner.Cycles(nest, narrow, unroll);
        var literals = nest.Literals();
        var written = nest.Stores[0].Target.Address;
        var ways = nest.Parallel.Where(axis => axis != nest.Lane && !axis.IsSymbolic && !axis.IsTrivial && !literals.Contains(axis) && axis != nest.Parts)
            .OrderByDescending(axis => Math.Abs(written.FactorOf(axis)))
            .SelectMany((axis, rank) => Divisors(axis.Extent).Where(items => whole / items >= _limits.Item)
                .Select(items => (Axis: axis, Items: items, Balance: Balance(items, axis.Extent) + (rank * Apart), Common: Common(nest, axis, target.ElementSize))));
        Nest? best = null;
        double bestCost = double.MaxValue;

        // In the order of what each would cost at best, if its tiles took no longer than the whole nest's.
        foreach (var (axis, items, balance, common) in ways.OrderBy(way => (way.Balance * whole) + way.Common))
        {
            if ((balance * whole) + common >= bestCost)
            {
                break;
            }

            var divided = nest.Divided(axis, items);
            double cycles = Planner.Cycles(divided, target, unroll);
            double cost = (balance * cycles) + common;
            if (cycles <= whole * _limits.Cost && cost < bestCost && Planner.Cycles(divided, narrow, unroll) <= wholeNarrow * _limits.Cost)
            {
                (best, bestCost) = (divided, cost);
            }
        }

        return best ?? nest;
    }

    /// <summary>What a point reads of what the nest writes is what the point itself writes.</summary>
    private static bool KeepsToItself(Nest nest)
    {
        var written = nest.Stores.Select(static store => store.Target).ToList();
        return nest.Accesses().All(access => written.TrueForAll(store => store.Storage != access.Storage) || written.Exists(store => store.Storage == access.Storage && IsSame(store, access)));
    }

    private static bool IsSame(Access one, Access other)
        => one == other || (one.IsAffine && other.IsAffine && (one.Address + (other.Address * -1)) is { Constant: 0, Terms.Count: 0 });

    /// <summary>Into how many items an axis can be divided: each of its values, or a few equal stretches.</summary>
    private static IEnumerable<int> Divisors(int extent)
        => Enumerable.Range(2, Math.Max(0, Math.Min(extent - 1, MostStretches) - 1)).Where(items => extent % items == 0).Append(extent).Where(static items => items > 1);

    /// <summary>
    /// The longest thread's share, times the number of threads: for two, three and four threads on average. A loop over stretches is
    /// one more to read.
    /// </summary>
    private static double Balance(int items, int extent)
        => Enumerable.Range(2, 3).Average(threads => (double)((items + threads - 1) / threads * threads) / items) + (items < extent ? 0.02 : 0);

    /// <summary>Cycles in which each thread reads what the items have in common, such as the weights where they are rows.</summary>
    private static double Common(Nest nest, Axis axis, int elementSize)
    {
        var loads = nest.Accesses().Where(access => !nest.Stores.Exists(store => store.Target == access) && !access.DependsOn(axis));
        long bytes = loads.Select(static access => access.Storage).Distinct().Sum(static storage => (long)storage.Length) * elementSize;
        return bytes / 64 * (bytes > SecondCache ? LineBeyond : LineOfSecond);
    }
}
