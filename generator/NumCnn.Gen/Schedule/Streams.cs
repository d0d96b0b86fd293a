namespace NumCnn.Gen.Schedule;

/// <summary>
/// The weights of layers with many channels, as they are or prepared, are too large to stay in the second cache from one call to the next:
/// they come from memory each time, or from a third cache that is not much nearer (<see cref="Storage.IsStreamed"/>). A kernel asks for them before it reads them (<see cref="Plan.Stream"/>), and its tile is chosen so that it computes meanwhile.
/// </summary>
internal static class Streams
{
    /// <summary>Of an image's parts the largest comes first, which computes most meanwhile; the others find the weights in the second cache.</summary>
    /// <param name="steps">The steps of one direction.</param>
    public static IReadOnlyList<Step> Order(IReadOnlyList<Step> steps)
        => [.. steps.Select(static step => HasParts(step) ? step.With([.. step.Nests.OrderByDescending(static nest => nest.Steps)]) : step)];

    /// <summary>Whether a step's nests are parts of an image, each of which reads all weights, and these come from memory.</summary>
    public static bool HasParts(Step step)
        => step.Nests.Count > 1 && step.Nests.All(static nest => nest.Part.Length > 0 && nest.Accumulators.Count > 0)
            && step.Nests[0] is var first && first.Accesses().Any(access => access.Storage.IsStreamed && first.Parallel.Exists(axis => !axis.IsTrivial && !access.DependsOn(axis)));
}
