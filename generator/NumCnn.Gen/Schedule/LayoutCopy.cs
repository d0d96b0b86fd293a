namespace NumCnn.Gen.Schedule;

/// <summary>
/// A nest that only moves elements, or adds them to what is there, as one call of the runtime's Layouts, which does by vectors what
/// emitted loops would do one by one. The nest stays the definition: whoever asks what a step reads and writes looks at it.
/// </summary>
internal sealed class LayoutCopy
{
    /// <summary>Elements along an axis from which on the runtime's vectors gain anything.</summary>
    private const int FewestTogether = 4;

    /// <summary>Elements from which on a copy's source has so many lines that their order matters.</summary>
    private const int FewestInOrder = 1024;

    private LayoutCopy(string title, Storage source, int sourceStart, Storage target, int targetStart, bool adds, IReadOnlyList<Step> steps)
    {
        Title = title;
        Source = source;
        SourceStart = sourceStart;
        Target = target;
        TargetStart = targetStart;
        Adds = adds;
        Counts = [.. steps.Select(static step => step.Count)];
        SourceSteps = [.. steps.Select(static step => step.Source)];
        TargetSteps = [.. steps.Select(static step => step.Target)];
    }

    /// <summary>What is copied, for the reader of the emitted code.</summary>
    public string Title { get; }

    public Storage Source { get; }

    public int SourceStart { get; }

    public Storage Target { get; }

    public int TargetStart { get; }

    public bool Adds { get; }

    /// <summary>Elements along each axis, the outermost first; at least two axes.</summary>
    public IReadOnlyList<int> Counts { get; }

    public IReadOnlyList<int> SourceSteps { get; }

    /// <summary>1 for the last axis.</summary>
    public IReadOnlyList<int> TargetSteps { get; }

    /// <summary>Rows and columns of a large source are exchanged: of each of its rows the copy reads a few elements, then as many of the next row.</summary>
    public bool ReadsPieces => Source.Length >= FewestInOrder && SourceSteps[SourceSteps.Count - 2] == 1 && Math.Min(Counts[Counts.Count - 2], Counts[Counts.Count - 1]) >= FewestTogether;

    /// <summary>The call, or null for a nest that does something else, or that emitted code does as well.</summary>
    /// <exception cref="InvalidOperationException">The call would reach outside of a storage.</exception>
    public static LayoutCopy? From(Nest nest, Plan plan)
    {
        if (nest.Lane is not null || nest.Sequential || nest.Inside is not null || nest.Items is not null || nest.Reduction.Count > 0 || nest.Accumulators.Count > 0
            || nest.Stores.Count != 1 || nest.Parallel.Exists(static axis => axis.IsSymbolic) || plan.Pieces[0].Straight)
        {
            return null;
        }

        var target = nest.Stores[0].Target;
        bool adds = nest.Stores[0].Value is Operation { Code: OpCode.Add };
        var source = nest.Stores[0].Value switch
        {
            Load load => load.Access,
            Operation { Code: OpCode.Add } sum when sum.Operands[0] is Load old && sum.Operands[1] is Load load && AreSame(nest, old.Access, target) => load.Access,
            _ => null,
        };
        if (source is null || source.Offset is not null || source.Storage == target.Storage || Ordered(nest, source, target) is not { } steps)
        {
            return null;
        }

        var copy = new LayoutCopy(nest.Title, source.Storage, Start(source), target.Storage, Start(target), adds, steps);
        Prove(nest, copy.Source, copy.SourceStart, copy.Counts, copy.SourceSteps);
        Prove(nest, copy.Target, copy.TargetStart, copy.Counts, copy.TargetSteps);
        return copy;
    }

    /// <summary>The axes with their steps, merged and in the order that the runtime wants; null where it would gain nothing.</summary>
    private static IReadOnlyList<Step>? Ordered(Nest nest, Access source, Access target)
    {
        var steps = new List<Step>();
        foreach (var axis in nest.Parallel.Where(static axis => !axis.IsTrivial))
        {
            // A step of 0 reads an element again and again, or writes one so: that is no copy.
            if (StepOf(source, axis) is not (> 0 and var from) || StepOf(target, axis) is not (> 0 and var to))
            {
                return null;
            }

            steps.Add(new Step(axis.Extent, from, to));
        }

        while (Merge(steps))
        {
        }

        steps = [.. steps.OrderByDescending(static step => step.Target)];
        if (steps.Count == 0 || steps[steps.Count - 1].Target != 1)
        {
            return null;
        }

        var last = steps[steps.Count - 1];
        if (last.Source == 1)
        {
            if (steps.Count == 1)
            {
                steps.Insert(0, new Step(1, last.Count, last.Count));
            }

            return last.Count >= FewestTogether ? steps : null;
        }

        int at = steps.FindIndex(static step => step.Source == 1);
        if (at < 0)
        {
            return null;
        }

        var together = steps[at];
        steps.RemoveAt(at);
        steps.Insert(steps.Count - 1, together);
        bool pairs = (together.Count == 2 && last.Source == 2) || (last.Count == 2 && together.Target == 2);
        return pairs || (together.Count >= FewestTogether && last.Count >= FewestTogether) ? steps : null;
    }

    /// <summary>Makes one axis of two whose elements follow each other on both sides; false if there are none.</summary>
    private static bool Merge(List<Step> steps)
    {
        foreach (var inner in steps)
        {
            int at = steps.FindIndex(outer => outer.Source == (long)inner.Source * inner.Count && outer.Target == (long)inner.Target * inner.Count);
            if (at >= 0)
            {
                var merged = inner with { Count = checked(inner.Count * steps[at].Count) };
                steps.RemoveAt(at);
                steps[steps.IndexOf(inner)] = merged;
                return true;
            }
        }

        return false;
    }

    private static int Start(Access access) => checked(access.Address.Constant + (access.Phase is { } phase ? phase.Displacement(phase.Index.Constant) : 0));

    /// <summary>Elements from one value of the axis to the next; null where they differ, or where several axes choose the phase.</summary>
    private static int? StepOf(Access access, Axis axis)
    {
        int step = access.Address.FactorOf(axis);
        if (access.Phase is not { } phase || phase.Index.FactorOf(axis) is not (not 0 and int factor))
        {
            return step;
        }

        if (phase.Index.Terms.Count > 1)
        {
            return null;
        }

        int At(int k) => phase.Displacement(phase.Index.Constant + (k * factor));
        int first = At(1) - At(0);
        return Enumerable.Range(1, axis.Extent - 1).All(k => At(k) - At(k - 1) == first) ? checked(step + first) : null;
    }

    private static bool AreSame(Nest nest, Access a, Access b)
        => a.Storage == b.Storage && Start(a) == Start(b) && nest.Parallel.TrueForAll(axis => axis.IsTrivial || (StepOf(a, axis) is { } step && step == StepOf(b, axis)));

    private static void Prove(Nest nest, Storage storage, int start, IReadOnlyList<int> counts, IReadOnlyList<int> steps)
    {
        // No step is negative, so the ends are the first and the last element.
        long last = start;
        for (int k = 0; k < counts.Count; k++)
        {
            last += (counts[k] - 1) * (long)steps[k];
        }

        if (start < 0 || last >= storage.Length)
        {
            throw new InvalidOperationException($"{nest.Title}: '{storage.Name}' has {storage.Length} elements, but the copy reaches from {start} to {last}.");
        }
    }

    /// <summary>An axis: how many elements, and how far apart they are on both sides.</summary>
    private sealed record Step(int Count, int Source, int Target);
}
