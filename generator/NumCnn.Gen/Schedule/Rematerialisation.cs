namespace NumCnn.Gen.Schedule;

/// <summary>
/// Values that are computed again where another stage, or Backward, reads them. A few operations on values that are kept anyway
/// (batch norm with a rectifier behind it) take less time than memory does to store the result of a whole batch and to
/// bring it back. Such a value is not kept: it lives within one stage's steps of one sample, several times over.
/// </summary>
internal static class Rematerialisation
{
    /// <summary>Operations an element that are still cheaper than the memory's traffic.</summary>
    private const int MostOperations = 6;

    /// <summary>Both directions' steps.</summary>
    public static (IReadOnlyList<Step> Forward, IReadOnlyList<Step> Backward) Apply(IReadOnlyList<Step> forward, IReadOnlyList<Step> backward)
    {
        var uses = new Uses(forward, backward);
        var sources = new Dictionary<Storage, Step>();
        foreach (var step in forward.Where(IsCheap))
        {
            var value = step.Nests[0].Stores[0].Target.Storage;
            if (uses.IsComputable(value, step) && step.Arguments.All(argument => argument.Storage == value || (uses.IsKept(argument.Storage) && !sources.ContainsKey(argument.Storage))))
            {
                sources.Add(value, step);
            }
        }

        return (Rewrite(forward, sources), Rewrite(backward, sources));
    }

    private static IReadOnlyList<Step> Rewrite(IReadOnlyList<Step> steps, Dictionary<Storage, Step> sources)
    {
        int[] loops = MemoryPlan.Loops(steps);
        var result = new List<Step>();
        for (int k = 0; k < steps.Count;)
        {
            int end = k + 1;
            while (end < steps.Count && loops[k] >= 0 && loops[end] == loops[k])
            {
                end++;
            }

            result.AddRange(RewriteLoop([.. steps.Skip(k).Take(end - k)], sources));
            k = end;
        }

        return result;
    }

    /// <summary>Computes what one loop reads, and another one computed, before the first reader.</summary>
    private static List<Step> RewriteLoop(List<Step> steps, Dictionary<Storage, Step> sources)
    {
        foreach (var pair in sources)
        {
            var (value, source) = (pair.Key, pair.Value);
            if (steps.Contains(source) || !steps.Exists(step => step.Uses(value)))
            {
                continue;
            }

            var storage = new Storage(value.Name + " again", Region.Sample, value.Length) { Geometry = value.Geometry };
            var other = new Dictionary<Storage, Storage> { [value] = storage };
            var when = steps.Where(step => step.Uses(value)).Aggregate((When)~0, static (common, step) => common & step.When);
            int first = steps.FindIndex(step => step.Uses(value));
            while (steps[first].Turns is { } turns && first > 0 && steps[first - 1].Turns == turns)
            {
                first--;
            }

            steps = [.. steps.Select(step => step.Uses(value) ? step.WithStorages(other) : step)];
            steps.Insert(first, source.WithStorages(other, when, "computed again, which is sooner done than fetched"));
        }

        return steps;
    }

    private static bool IsCheap(Step step)
    {
        if (step is not { Domain: Domain.Samples, When: When.Always, Call: null, Turns: null, TakesSamples: false })
        {
            return false;
        }

        var value = step.Nests[0].Stores[0].Target.Storage;
        return value is { Region: Region.Sample, Keep: false, IsScratch: false }
            && step.Nests.All(nest => nest.Accumulators.Count == 0 && nest.Stores.TrueForAll(store => store.Target.Storage == value && Operations(store.Value, value) <= MostOperations));
    }

    /// <summary>Operations of an expression; more than enough if it reads the value itself, which then is no function of others.</summary>
    private static int Operations(Expr expr, Storage value) => expr switch
    {
        Operation operation => 1 + operation.Operands.Sum(operand => Operations(operand, value)),
        Load load => load.Access.Storage == value ? MostOperations + 1 : 0,
        _ => 0,
    };

    /// <summary>Where storages are read and written.</summary>
    private sealed class Uses
    {
        private readonly Dictionary<Storage, List<(Step Step, int Loop)>> _uses = [];
        private readonly HashSet<Storage> _writtenBackward;

        public Uses(IReadOnlyList<Step> forward, IReadOnlyList<Step> backward)
        {
            int[] loops = MemoryPlan.Loops(forward, backward);
            IReadOnlyList<Step> steps = [.. forward, .. backward];
            for (int k = 0; k < steps.Count; k++)
            {
                foreach (var (storage, _) in steps[k].Arguments)
                {
                    if (!_uses.TryGetValue(storage, out var uses))
                    {
                        _uses.Add(storage, uses = []);
                    }

                    uses.Add((steps[k], loops[k]));
                }
            }

            _writtenBackward = [.. backward.SelectMany(Written)];
        }

        /// <summary>Only this step writes the value, its readers go sample by sample, and not all in the step's own loop.</summary>
        public bool IsComputable(Storage value, Step writer)
        {
            var uses = _uses[value];
            return uses[0].Step == writer
                && uses.Skip(1).All(use => use.Loop >= 0 && !Written(use.Step).Contains(value))
                && uses.Exists(use => use.Loop != uses[0].Loop);
        }

        /// <summary>It is there for every loop, since several need it or it belongs to the batch.</summary>
        public bool IsKept(Storage storage)
            => !_writtenBackward.Contains(storage)
                && (storage.Region == Region.Batch || (storage.Region == Region.Sample && _uses[storage].Exists(use => use.Loop < 0 || use.Loop != _uses[storage][0].Loop)));

        private static IEnumerable<Storage> Written(Step step)
            => step.Call is null ? step.Nests.SelectMany(static nest => nest.Stores).Select(static store => store.Target.Storage) : step.Arguments.Select(static argument => argument.Storage);
    }
}
