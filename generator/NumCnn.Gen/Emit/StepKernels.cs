using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Emit;

/// <summary>
/// A step's kernels, planned and written before anybody knows which of them other steps have too: they depend on the step alone. A step that would
/// pass the JIT's budget has several.
/// </summary>
internal sealed class StepKernels
{
    private readonly Step _step;
    private readonly DType _type;
    private readonly TileOverride? _tileOverride;
    private readonly Dictionary<(Nest Nest, VectorKind Kind), Plan> _plans = [];

    /// <param name="step">The step.</param>
    /// <param name="type">The element type.</param>
    /// <param name="tileOverride">Tiles in place of the planner's.</param>
    public StepKernels(Step step, DType type, TileOverride? tileOverride)
    {
        _step = step;
        _type = type;
        _tileOverride = tileOverride;
        var groups = step.Call is null ? Split([.. step.Nests.Select(Simplifier.Merge)]) : [];
        int kernels = groups.Count(static group => group.Copy is null);
        int number = 0;
        Parts = [.. groups.Select(group => group.Copy is null
            ? (new KernelDraft(step, group.Nests, kernels > 1 ? FormattableString.Invariant($"{++number}") : string.Empty, type, PlanOf), null)
            : ((KernelDraft?)null, (LayoutCopy?)group.Copy))];
    }

    /// <summary>What the step calls, in its order: a kernel, or a copy that the runtime makes.</summary>
    public IReadOnlyList<(KernelDraft? Draft, LayoutCopy? Copy)> Parts { get; }

    /// <summary>Nests that share a method, in their order, and copies between them.</summary>
    private List<(List<Nest> Nests, LayoutCopy? Copy)> Split(List<Nest> nests)
    {
        var groups = new List<(List<Nest> Nests, LayoutCopy? Copy)>();
        int statements = 0;
        foreach (var nest in nests)
        {
            var (plan, _) = PlanOf(nest, VectorKind.Variable);
            if (LayoutCopy.From(nest, plan) is { } copy)
            {
                groups.Add(([nest], copy));
                continue;
            }

            // The larger one of a kernel and its twin, whose tiles are larger.
            int cost = Math.Max(plan.Statements, PlanOf(nest, VectorKind.Fixed512).Plan.Statements) + 4;
            if (groups.Count == 0 || groups[groups.Count - 1].Copy is not null || (statements > 0 && statements + cost > Planner.StatementBudget))
            {
                groups.Add(([], null));
                statements = 0;
            }

            groups[groups.Count - 1].Nests.Add(nest);
            statements += cost;
        }

        return groups;
    }

    /// <summary>The plan of one of the step's nests, which is asked for to group nests and again to write them.</summary>
    private (Plan Plan, Target Target) PlanOf(Nest nest, VectorKind kind)
    {
        var target = Target.For(nest.Lane is null ? VectorKind.None : kind, _type);
        if (!_plans.TryGetValue((nest, target.Kind), out var plan))
        {
            plan = Planner.Create(nest, target, _step.Unroll, _tileOverride);
            _plans.Add((nest, target.Kind), plan);
        }

        return (plan, target);
    }
}
