using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Emit;

/// <summary>
/// A step's kernels, planned and written before anybody knows which of them other steps have too: they depend on the step alone. A step that would
/// pass the JIT's budget has several.
/// </summary>
internal static class StepKernels
{
    /// <summary>Kernels with less than this part of the longest's work ask for nothing.</summary>
    private const int FewOfLongest = 8;

    /// <summary>What a step calls, in its order: kernels, and copies that the runtime makes.</summary>
    /// <param name="step">The step.</param>
    /// <param name="type">The element type.</param>
    /// <param name="tileOverride">Tiles in place of the planner's.</param>
    public static IReadOnlyList<(KernelDraft? Draft, LayoutCopy? Copy)> Draft(Step step, DType type, TileOverride? tileOverride)
    {
        if (step.Call is not null)
        {
            return [];
        }

        var groups = Split(step, type, tileOverride);
        int kernels = groups.Count(static group => group.Copy is null);
        int number = 0;
        var shares = Shares(step.Fetches, [.. groups.Select(static group => group.Nests)]);
        var parts = new List<(KernelDraft? Draft, LayoutCopy? Copy)>();
        foreach (var (nests, copy) in groups)
        {
            string suffix = kernels > 1 && copy is null ? FormattableString.Invariant($"{++number}") : string.Empty;
            parts.Add((copy is null ? new KernelDraft(step, nests, suffix, type, shares.TryGetValue(nests, out var share) ? share : []) : null, copy));
        }

        return parts;
    }

    /// <summary>What kernels ask for: each for as much as it computes of the step.</summary>
    private static Dictionary<List<PlannedNest>, List<Fetch>> Shares(IReadOnlyList<Fetch> fetches, IReadOnlyList<List<PlannedNest>> kernels)
    {
        long longest = kernels.Select(StepsOf).DefaultIfEmpty(0).Max();
        var askers = kernels.Where(nests => StepsOf(nests) > 0 && StepsOf(nests) * FewOfLongest >= longest).ToList();
        long all = askers.Sum(StepsOf);
        var shares = askers.ToDictionary(static nests => nests, static _ => new List<Fetch>());
        foreach (var (storage, lines, _) in fetches)
        {
            int first = 0;
            foreach (var nests in askers)
            {
                int own = Math.Min((int)(((lines * StepsOf(nests)) + all - 1) / all), lines - first);
                if (own > 0)
                {
                    shares[nests].Add(new Fetch(storage, own, first));
                    first += own;
                }
            }
        }

        return shares;
    }

    /// <summary>Multiply-adds, or other steps of sums.</summary>
    private static long StepsOf(List<PlannedNest> nests) => nests.Where(static nest => nest.Nest.Accumulators.Count > 0).Sum(static nest => nest.Nest.Steps);

    /// <summary>Nests that share a method, in their order, and copies between them.</summary>
    private static List<(List<PlannedNest> Nests, LayoutCopy? Copy)> Split(Step step, DType type, TileOverride? tileOverride)
    {
        var groups = new List<(List<PlannedNest> Nests, LayoutCopy? Copy)>();
        int statements = 0;
        bool wasAlone = false;
        foreach (var nest in step.Nests.Select(Simplifier.Merge))
        {
            var onVector = PlanOf(nest, nest.Lane is null ? VectorKind.None : VectorKind.Variable);
            if (LayoutCopy.From(nest, onVector.Plan) is { } copy)
            {
                groups.Add(([], copy));
                continue;
            }

            // The larger one of a kernel and its twin, whose tiles are larger.
            var twin = nest.Lane is null ? onVector : PlanOf(nest, VectorKind.Fixed512);
            int cost = Math.Max(onVector.Plan.Statements, twin.Plan.Statements) + 4;
            bool fits = groups.Count > 0 && groups[groups.Count - 1].Copy is null && statements + cost <= Planner.StatementBudget;

            // Parts of an image that are alike have one kernel, which they could not have beside others.
            bool standsAlone = nest.Part.Length > 0 && cost > Planner.StraightBudget;
            if (!fits || standsAlone || wasAlone)
            {
                groups.Add(([], null));
                statements = 0;
            }

            wasAlone = standsAlone;
            groups[groups.Count - 1].Nests.Add(new PlannedNest(nest, onVector, twin));
            statements += cost;
        }

        return groups;

        (Plan Plan, Target Target) PlanOf(Nest nest, VectorKind kind)
        {
            var target = Target.For(kind, type);
            return (Planner.Create(nest, target, step.Unroll, tileOverride), target);
        }
    }
}
