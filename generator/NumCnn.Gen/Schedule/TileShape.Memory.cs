namespace NumCnn.Gen.Schedule;

/// <content>What a tile waits for where every load brings new lines from the second cache: sums of each channel by itself.</content>
internal sealed partial class TileShape
{
    private const int LineBytes = 64;

    /// <summary>Bytes that stay in the first cache while a nest's values pass through it.</summary>
    private const int FirstCache = 40 << 10;

    /// <summary>Cycles from a line of the second cache to the next, where each load of the code follows one stream, and where it alternates between several.</summary>
    private const double LineOfStream = 1.2, LineOfMany = 2.3;

    private bool? _comesFromSecondCache;
    private bool? _sharesLoads;
    private double? _pixelsOfPoint;

    /// <summary>The axes along which a nest passes through its images: those of its points, or those of its sums where these are longer.</summary>
    private bool SumsOverPixels => _steps > Product(PointAxes());

    /// <summary>
    /// Whether the nest's images exceed the first cache, and each channel is summed by itself: one operand is the same for all points,
    /// as the taps of a depthwise convolution are, or its output's gradient for all taps.
    /// </summary>
    private bool ComesFromSecondCache => _comesFromSecondCache ??= _nest.Block is null && _nest.Lane is not null
        && _loads.TrueForAll(access => access.Phase is null && OnVectors(access))
        && _loads.Exists(access => !PointAxes().Exists(access.DependsOn))
        && !_nest.Parallel.Concat(_nest.Reduction).Any(static axis => axis.IsSymbolic)
        && Passed().Select(static access => access.Storage).Distinct().Sum(static storage => (long)storage.Length) * _target.ElementSize > FirstCache;

    /// <summary>Whether steps of some tile could share what they load.</summary>
    private bool SharesLoads => _sharesLoads ??= Bodies().Any();

    /// <summary>Cycles of a step for the lines that it is the first to read.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="vectors">Vectors of channels.</param>
    /// <param name="isWhole">The tile's whole sum stands in one body, each load for itself.</param>
    private double MemoryCycles(IReadOnlyList<(Axis? Axis, int Count)> tile, int vectors, bool isWhole)
    {
        if (!ComesFromSecondCache)
        {
            return 0;
        }

        double bytes = vectors * _target.Widths[_target.Widths.Count - 1] * _target.ElementSize;
        if (SumsOverPixels)
        {
            // Other channels come in another pass, which fetches their lines again.
            double pixels = FreshPixels(axis => tile.Where(own => own.Axis == axis).Select(static own => own.Count).DefaultIfEmpty(1).First());
            return LineOfMany * pixels * Math.Max(1, bytes / LineBytes);
        }

        double points = tile.Aggregate(1.0, static (product, own) => product * own.Count);
        _pixelsOfPoint ??= FreshPixels(static axis => axis.Extent) + 1;
        double lines = _pixelsOfPoint.Value * points * bytes / LineBytes;
        return (isWhole ? LineOfStream : LineOfMany) * lines / _steps;
    }

    /// <summary>Pixels of all images that a step along them reads for the first time, from how many taps or outputs look at each side.</summary>
    private double FreshPixels(Func<Axis, int> count)
    {
        var (along, window) = SumsOverPixels ? (_nest.Reduction, PointAxes()) : (PointAxes(), _nest.Reduction);
        double pixels = 0;
        foreach (var access in _loads.Where(access => along.Exists(access.DependsOn)))
        {
            double fresh = 1;
            foreach (var axis in window.Where(axis => access.Address.FactorOf(axis) != 0))
            {
                int factor = access.Address.FactorOf(axis);
                int step = along.Select(access.Address.FactorOf).Where(own => own != 0 && own % factor == 0).Select(own => Math.Abs(own / factor)).DefaultIfEmpty(int.MaxValue).Min();
                fresh *= Math.Min(step, count(axis));
            }

            pixels += fresh;
        }

        return pixels;
    }

    /// <summary>What a nest passes through: what it reads, and what it writes unless that are sums over all of it.</summary>
    private IEnumerable<Access> Passed() => SumsOverPixels ? _loads : _loads.Concat(_nest.Stores.Select(static store => store.Target));

    private List<Axis> PointAxes() => [.. _nest.Parallel.Where(axis => axis != _nest.Lane && !axis.IsTrivial)];

    private static double Product(IEnumerable<Axis> axes) => axes.Aggregate(1.0, static (product, axis) => product * axis.Extent);
}
