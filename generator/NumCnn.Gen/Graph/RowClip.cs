using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Graph;

/// <summary>
/// Leaves out of a convolution's sums what would read the zeros above and below an image, by loops that are shorter at the border: no more
/// code, but a register tile covers one row. Where that costs more than it saves, rows at the border may have code of their own (<see cref="RowSpans"/>).
/// </summary>
internal static class RowClip
{
    /// <summary>The least gain over parts with code of their own, which leave out as much: their code is worth a little time.</summary>
    private const double LeastOverParts = 0.975;

    /// <summary>The nest without the steps that read zeros, or null where that takes longer.</summary>
    /// <param name="nest">All steps.</param>
    /// <param name="clip">Which of them read rows of the image.</param>
    /// <param name="block">Elements of 64 bytes.</param>
    /// <param name="hasParts">The same could be had by parts with code of their own.</param>
    public static Nest? Apply(Nest nest, Clip clip, int block, bool hasParts)
    {
        if (nest.Lane is null || !clip.DependsOn(clip.Axis) || clip.Share is not (< 1 and var share))
        {
            return null;
        }

        var clipped = nest.Clipped(clip);
        var type = block * sizeof(float) == 64 ? DType.Float32 : DType.Float64;
        // Of both widths together: a nest is the same for all.
        double gain = 1;
        foreach (var kind in new[] { VectorKind.Fixed512, VectorKind.Variable })
        {
            var target = Target.For(kind, type);
            gain *= Planner.Cycles(nest, target, UnrollMode.Auto) / Planner.Cycles(clipped, target, UnrollMode.Auto);
        }

        return gain >= (hasParts ? LeastOverParts : share * share) ? clipped : null;
    }
}
