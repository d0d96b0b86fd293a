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
            ? (new KernelDraft(step, group.Nests, kernels > 1 ? FormattableString.Invariant($"{++number}") : string.Empty, type), null)
            : ((KernelDraft?)null, (LayoutCopy?)group.Copy))];
    }

    /// <summary>What the step calls, in its order: a kernel, or a copy that the runtime makes.</summary>
    public IReadOnlyList<(KernelDraft? Draft, LayoutCopy? Copy)> Parts { get; }

    /// <summary>Nests that share a method, in their order, and copies between them.</summary>
    private List<(List<PlannedNest> Nests, LayoutCopy? Copy)> Split(List<Nest> nests)
    {
        var groups = new List<(List<PlannedNest> Nests, LayoutCopy? Copy)>();
        int statements = 0;
        foreach (var nest in nests)
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
            if (groups.Count == 0 || groups[groups.Count - 1].Copy is not null || (statements > 0 && statements + cost > Planner.StatementBudget))
            {
                groups.Add(([], null));
                statements = 0;
            }

            groups[groups.Count - 1].Nests.Add(new PlannedNest(nest, onVector, twin));
            statements += cost;
        }

        return groups;
    }

    private (Plan Plan, Target Target) PlanOf(Nest nest, VectorKind kind)
    {
        var target = Target.For(kind, _type);
        return (Planner.Create(nest, target, _step.Unroll, _tileOverride), target);
    }
}
