using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Graph;

/// <summary>
/// Leaves out of a convolution's sums what would read the zeros around an image, by loops that are shorter at the border: no more
/// code, but a register tile covers one row, or one column. Where that costs more than it saves, rows at the border may have code of their own
/// (<see cref="RowSpans"/>), whose tiles cover several of them, so that their loops may end early for columns.
/// </summary>
internal static class BorderClip
{
    /// <summary>The least gain over parts with code of their own, which leave out as much: their code is worth a little time.</summary>
    private const double LeastOverParts = 0.975;

    /// <summary>The nest without the steps that read zeros, or null where that takes longer.</summary>
    /// <param name="nest">All steps.</param>
    /// <param name="clip">Which of them read rows, or columns, of the image.</param>
    /// <param name="block">Elements of 64 bytes.</param>
    /// <param name="hasParts">The same could be had by parts with code of their own.</param>
    public static Nest? Apply(Nest nest, Clip clip, int block, bool hasParts)
    {
        if (nest.Lane is null || !clip.DependsOn(clip.Axis) || clip.Share is not (< 1 and var share))
        {
            return null;
        }

        var clipped = nest.Clipped(clip);
        double gain = Cycles([nest], block) / Cycles([clipped], block);
        return gain >= (hasParts ? LeastOverParts / (share * share) : 1) ? clipped : null;
    }

    /// <summary>Whether nests whose loops end early take little longer than parts with code of their own.</summary>
    public static bool IsWorthIt(IReadOnlyList<Nest> clipped, IReadOnlyList<Nest> parts, int block) => Cycles(parts, block) / Cycles(clipped, block) >= LeastOverParts;

    /// <summary>Of both widths together: a nest is the same for all.</summary>
    private static double Cycles(IReadOnlyList<Nest> nests, int block)
    {
        var type = block * sizeof(float) == 64 ? DType.Float32 : DType.Float64;
        double product = 1;
        foreach (var kind in new[] { VectorKind.Fixed512, VectorKind.Variable })
        {
            var target = Target.For(kind, type);
            product *= nests.Sum(nest => nest.Lane is null ? 0 : Planner.Cycles(nest, target, UnrollMode.Auto) * (nest.Clip?.Share ?? 1));
        }

        return product;
    }
}
