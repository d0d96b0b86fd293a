using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

/// <summary>
/// What a stage of a training step reads of a sample, another stage has written before it came to all other samples: it is in memory by now, and
/// a pass over it takes several times as long as one over the second cache. While a sample's sums are computed memory has
/// nothing to do, so their kernels ask for what the next sample's steps will read, a few lines at each tile.
/// </summary>
internal static class NextSample
{
    /// <summary>Cycles of multiply-adds in which memory brings a line.</summary>
    private const double CyclesOfLine = 8;

    /// <summary>Lines that are not worth a word.</summary>
    private const int FewLines = 16;

    /// <summary>Multiply-adds for each element that a step reads or writes: with fewer it waits for the second cache itself.</summary>
    private const int LeastIntensity = 4;

    /// <summary>Bytes of a sample that may wait in the second cache for their steps.</summary>
    private const int MostBytes = 384 << 10;

    /// <summary>Both directions' steps, with what their kernels ask for.</summary>
    /// <param name="forward">The steps of Forward.</param>
    /// <param name="backward">The steps of Backward.</param>
    /// <param name="type">The elements.</param>
    /// <param name="limits">What counts as large.</param>
    public static (IReadOnlyList<Step> Forward, IReadOnlyList<Step> Backward) Apply(IReadOnlyList<Step> forward, IReadOnlyList<Step> backward, DType type, SizeLimits limits)
    {
        int[] loops = MemoryPlan.Loops(forward, backward);
        IReadOnlyList<Step> steps = [.. forward, .. backward];
        var passing = new HashSet<Storage>(MemoryPlan.WithinLoops(steps, loops).Where(static storage => !storage.Keep));
        bool IsKept(Storage storage) => storage.Region == Region.Sample && !passing.Contains(storage);
        int size = type == DType.Float32 ? 4 : 8;
        if (steps.SelectMany(static step => step.Arguments).Select(static argument => argument.Storage).Where(IsKept).Distinct().Sum(static storage => (long)storage.Length) * size < limits.Kept)
        {
            return (forward, backward);
        }

        var results = (Forward: new List<Step>(), Backward: new List<Step>());
        for (int k = 0; k < steps.Count;)
        {
            int end = k + 1;
            while (end < steps.Count && loops[k] >= 0 && loops[end] == loops[k])
            {
                end++;
            }

            var loop = steps.Skip(k).Take(end - k).ToList();
            (k < forward.Count ? results.Forward : results.Backward).AddRange(loops[k] < 0 ? loop : Ask(loop, IsKept, type));
            k = end;
        }

        return results;
    }

    private static IReadOnlyList<Step> Ask(IReadOnlyList<Step> loop, Func<Storage, bool> isKept, DType type)
    {
        int lineLength = FirstCache.Line / (type == DType.Float32 ? 4 : 8);
        var wanted = ReadFirst(loop, isKept, FewLines * lineLength);
        if (wanted.Count == 0)
        {
            return loop;
        }

        var askers = loop.Where(Computes).Select(step => new Asker(step, CyclesOf(step, type))).ToList();
        int room = MostBytes / FirstCache.Line;
        foreach (var storage in wanted)
        {
            // The one that has most time left.
            if (askers.OrderByDescending(static asker => asker.Lines).FirstOrDefault() is { Lines: > 0 } asker && room > 0)
            {
                int lines = Math.Min(Math.Min((storage.Length + lineLength - 1) / lineLength, asker.Lines), room);
                asker.Fetches.Add(new Fetch(storage, lines));
                asker.Lines -= lines;
                room -= lines;
            }
        }

        var changed = askers.Where(static asker => asker.Fetches.Count > 0).ToDictionary(static asker => asker.Step);
        return changed.Count == 0 ? loop : [.. loop.Select(step => changed.TryGetValue(step, out var asker) ? step.Asking(asker.Fetches) : step)];
    }

    /// <summary>Sums on vectors that compute more than they read.</summary>
    private static bool Computes(Step step)
        => step is { When: When.Always, Call: null, TakesSamples: false } && step.Nests.All(static nest => nest.Accumulators.Count > 0 && nest.Lane is not null)
            && step.Nests.Sum(static nest => nest.Steps) >= LeastIntensity * step.Arguments.Sum(static argument => (long)argument.Storage.Length);

    private static double CyclesOf(Step step, DType type)
        => step.Calls * step.Nests.Sum(nest => Planner.Cycles(nest, Target.For(VectorKind.Fixed512, type), step.Unroll));

    /// <summary>What a loop's steps read of what others have left, in the order in which they come to it.</summary>
    private static List<Storage> ReadFirst(IReadOnlyList<Step> loop, Func<Storage, bool> isKept, int leastLength)
    {
        var found = new List<Storage>();
        var known = new HashSet<Storage>();
        foreach (var step in loop)
        {
            foreach (var nest in step.Nests)
            {
                var stores = nest.Stores.Select(static store => store.Target).ToList();
                var read = nest.Accesses().Where(access => !stores.Contains(access)).Select(static access => access.Storage);
                found.AddRange(read.Where(storage => isKept(storage) && known.Add(storage) && storage.Length >= leastLength));
                known.UnionWith(stores.Select(static store => store.Storage));
            }

            known.UnionWith(step.Call is null ? [] : step.Arguments.Select(static argument => argument.Storage));
        }

        return found;
    }

    /// <summary>A step that can ask for lines, and for how many.</summary>
    private sealed class Asker(Step step, double cycles)
    {
        public Step Step { get; } = step;

        public int Lines { get; set; } = (int)(cycles / CyclesOfLine);

        public List<Fetch> Fetches { get; } = [];
    }
}
