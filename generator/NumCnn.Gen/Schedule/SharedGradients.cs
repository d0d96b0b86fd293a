namespace NumCnn.Gen.Schedule;

/// <summary>
/// Gradients that are copies of another one lie where that lies: every summand's is the sum's. The copy is left out where neither
/// storage is written any more while the other is still read.
/// </summary>
internal static class SharedGradients
{
    /// <summary>The steps without such copies.</summary>
    public static IReadOnlyList<Step> Apply(IReadOnlyList<Step> steps)
    {
        var result = steps.ToList();
        for (int k = 0; k < result.Count; k++)
        {
            while (result[k].Nests.FirstOrDefault(nest => IsCopy(nest) && CanShare(result, k, nest)) is { } copy)
            {
                var source = ((Load)copy.Stores[0].Value).Access.Storage;
                var storages = new Dictionary<Storage, Storage> { [copy.Stores[0].Target.Storage] = source };
                result[k] = result[k].Without(copy);
                for (int other = 0; other < result.Count; other++)
                {
                    result[other] = result[other].Uses(copy.Stores[0].Target.Storage) ? result[other].WithStorages(storages) : result[other];
                }
            }
        }

        return [.. result.Where(static step => step.Call is not null || step.Nests.Count > 0)];
    }

    /// <summary>All of a storage's elements to another's same places. A slice of a concatenation is none, although padding may give both the same length.</summary>
    private static bool IsCopy(Nest nest)
        => nest.Accumulators.Count == 0
            && nest.Stores.Count == 1
            && nest.Stores[0] is { Target: { Storage: { Region: Region.Sample, Keep: false } target, IsAffine: true } to, Value: Load { Access: { Storage: { Region: Region.Sample, Keep: false } source, IsAffine: true } from } }
            && target is { Geometry: null }
            && source is { Geometry: null }
            && target.Length == source.Length
            && target.Length == nest.Parallel.Aggregate(1L, static (points, axis) => points * axis.Extent)
            && to.Address.Constant == from.Address.Constant
            && to.Address.Terms.Count == from.Address.Terms.Count
            && to.Address.Terms.All(term => from.Address.FactorOf(term.Axis) == term.Factor);

    private static bool CanShare(List<Step> steps, int index, Nest copy)
    {
        var target = copy.Stores[0].Target.Storage;
        var source = ((Load)copy.Stores[0].Value).Access.Storage;
        bool Other(Step step, Storage storage) => step.Nests.Any(nest => nest != copy && nest.Accesses().Any(access => access.Storage == storage));
        if (target == source || steps.Take(index).Any(step => step.Uses(target)) || Other(steps[index], target) || Writes(steps[index], source))
        {
            return false;
        }

        // From the first write on, only what is written may be used.
        Storage? written = null;
        foreach (var step in steps.Skip(index + 1))
        {
            bool both = step.Uses(target) && step.Uses(source);
            if (both || (written is not null && step.Uses(written == target ? source : target)))
            {
                return false;
            }

            written ??= Writes(step, target) ? target : Writes(step, source) ? source : null;
        }

        return true;
    }

    private static bool Writes(Step step, Storage storage)
        => step.Call is not null ? step.Uses(storage) : step.Nests.Any(nest => nest.Stores.Exists(store => store.Target.Storage == storage));
}
