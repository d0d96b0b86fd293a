using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Emit;

/// <summary>Steps between two meetings of the threads.</summary>
internal sealed class Stage
{
    public Stage(Domain domain) => Domain = domain;

    public Domain Domain { get; }

    public List<(Step Step, IReadOnlyList<KernelCall> Calls)> Steps { get; } = [];

    /// <summary>The turns that the steps take, where these are the stage's items.</summary>
    public Turns? Turns { get; init; }

    /// <summary>0 for a stage over samples, otherwise its items.</summary>
    public int Items => Domain switch
    {
        Domain.Samples => 0,
        Domain.Once => 1,
        _ => Turns?.Count ?? Steps.Sum(static step => step.Step.Items),
    };

    /// <summary>Neighbouring steps of one domain need no meeting in between.</summary>
    public static List<Stage> From(IEnumerable<(Step Step, IReadOnlyList<KernelCall> Calls)> steps)
    {
        var stages = new List<Stage>();
        foreach (var step in steps)
        {
            if (stages.Count == 0 || stages[stages.Count - 1] is var last && (last.Domain != step.Step.Domain || (step.Step.FollowsPreparations && !last.Steps[0].Step.FollowsPreparations)))
            {
                stages.Add(new Stage(step.Step.Domain));
            }

            stages[stages.Count - 1].Steps.Add(step);
        }

        return stages;
    }

    /// <summary>The stages of one sample that threads share: steps that were divided, steps that take turns, and what one thread does between them.</summary>
    public static List<Stage> OfSample(IEnumerable<(Step Step, IReadOnlyList<KernelCall> Calls)> steps)
    {
        var stages = new List<Stage>();
        foreach (var step in steps.Where(static step => step.Step.Domain == Domain.Samples))
        {
            object? Divides(Step step) => step.Turns ?? (object?)step.Whole;
            if (stages.Count == 0 || Divides(stages[stages.Count - 1].Steps[0].Step) != Divides(step.Step))
            {
                stages.Add(new Stage(Divides(step.Step) is null ? Domain.Once : Domain.Items) { Turns = step.Step.Turns });
            }

            stages[stages.Count - 1].Steps.Add(step);
        }

        return stages.Exists(static stage => stage.Items > 1) ? stages : [];
    }
}
