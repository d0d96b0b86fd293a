namespace NumCnn.Gen.Schedule;

/// <summary>
/// Values that Backward computes again instead of reading what Forward kept. A few operations on values that are kept anyway
/// (batch norm with a rectifier behind it) take less time than memory does to store the result of a whole batch and to
/// bring it back. Neither direction keeps such a value: it lives within one stage's steps of one sample.
/// </summary>
internal static class Rematerialisation
{
    /// <summary>Operations an element that are still cheaper than the memory's traffic.</summary>
    private const int MostOperations = 6;

    /// <summary>The steps of Backward.</summary>
    public static IReadOnlyList<Step> Apply(IReadOnlyList<Step> forward, IReadOnlyList<Step> backward)
    {
        var uses = new Uses(forward, backward);
        var steps = backward.ToList();
        var again = new HashSet<Storage>();
        foreach (var step in forward.Where(IsCheap))
        {
            var value = step.Nests[0].Stores[0].Target.Storage;
            if (uses.IsLocal(value, step) && step.Arguments.All(argument => argument.Storage == value || (uses.IsKept(argument.Storage) && !again.Contains(argument.Storage))))
            {
                again.Add(value);
                Insert(steps, step, value);
            }
        }

        return steps;
    }

    /// <summary>Computes the value before its first reader.</summary>
    private static void Insert(List<Step> backward, Step step, Storage value)
    {
        var storage = new Storage(value.Name + " again", Region.Sample, value.Length) { Geometry = value.Geometry };
        var other = new Dictionary<Storage, Storage> { [value] = storage };
        int first = -1;
        var when = (When)~0;
        for (int k = 0; k < backward.Count; k++)
        {
            if (backward[k].Uses(value))
            {
                first = first < 0 ? k : first;
                when &= backward[k].When;
                backward[k] = backward[k].WithStorages(other);
            }
        }

        while (backward[first].Turns is { } turns && first > 0 && backward[first - 1].Turns == turns)
        {
            first--;
        }

        backward.Insert(first, step.WithStorages(other, when, "computed again, which is sooner done than fetched"));
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
        private readonly IReadOnlyList<Step> _forward;
        private readonly IReadOnlyList<Step> _backward;
        private readonly int[] _forwardLoops;
        private readonly int[] _backwardLoops;
        private readonly HashSet<Storage> _writtenBackward;

        public Uses(IReadOnlyList<Step> forward, IReadOnlyList<Step> backward)
        {
            (_forward, _backward) = (forward, backward);
            _forwardLoops = MemoryPlan.Loops(forward);
            _backwardLoops = MemoryPlan.Loops(backward);
            _writtenBackward = [.. backward.SelectMany(static step => step.Call is null ? step.Nests.SelectMany(static nest => nest.Stores).Select(static store => store.Target.Storage) : step.Arguments.Select(static argument => argument.Storage))];
        }

        /// <summary>Only this step writes the value, and its readers stand in the step's loop and in one of Backward's.</summary>
        public bool IsLocal(Storage value, Step writer)
        {
            var forward = Enumerable.Range(0, _forward.Count).Where(k => _forward[k].Uses(value)).ToList();
            var backward = Enumerable.Range(0, _backward.Count).Where(k => _backward[k].Uses(value)).ToList();
            return backward.Count > 0
                && !_writtenBackward.Contains(value)
                && _forward[forward[0]] == writer
                && forward.Skip(1).All(k => _forward[k].Call is null && !_forward[k].Nests.Any(nest => nest.Stores.Exists(store => store.Target.Storage == value)))
                && IsOne(forward, _forwardLoops)
                && IsOne(backward, _backwardLoops);
        }

        /// <summary>Backward finds there what Forward left, since several loops need it or it belongs to the batch.</summary>
        public bool IsKept(Storage storage)
            => !_writtenBackward.Contains(storage)
                && (storage.Region == Region.Batch
                    || (storage.Region == Region.Sample && !IsOne([.. Enumerable.Range(0, _forward.Count).Where(k => _forward[k].Uses(storage))], _forwardLoops))
                    || (storage.Region == Region.Sample && _backward.Any(step => step.Uses(storage))));

        private static bool IsOne(List<int> steps, int[] loops) => loops[steps[0]] >= 0 && steps.TrueForAll(k => loops[k] == loops[steps[0]]);
    }
}
