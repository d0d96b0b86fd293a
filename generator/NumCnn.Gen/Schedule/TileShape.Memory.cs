namespace NumCnn.Gen.Schedule;

/// <content>What a tile waits for where its loads bring new lines from the second cache.</content>
internal sealed partial class TileShape
{
    /// <summary>Cycles from a line of the second cache to the next, where each load of the code follows one stream, and where it alternates between several.</summary>
    private const double LineOfStream = 1.2, LineOfMany = 2.3;

    private List<SumLines>? _sumLines;
    private bool? _sumsAreLines;
    private bool? _fetchesSums;
    private bool? _fetchesPoints;
    private bool? _sharesLoads;
    private double? _freshPixels;

    /// <summary>Whether each step of a sum reads lines of its own, as those of a weight's gradient do, which are pixels.</summary>
    private bool SumsLines => _sumsAreLines ??= _nest.Lane is not null
        && !_sumsSamples && _loads.TrueForAll(load => load.Access.IsAffine && _nest.Reduction.TrueForAll(axis => LinesApart(load.Access, axis)))
        && _steps > Product(LinesOfSums().SelectMany(static lines => lines.Windows).Distinct());

    /// <summary>
    /// Whether each sum fetches its lines anew, because the next one finds them gone. Pixels of many channels are far apart, so that few of them stay.
    /// </summary>
    private bool FetchesSums => _fetchesSums ??= SumsLines
        && LinesOfSums().SelectMany(static lines => lines.Windows).Distinct().Select(static axis => (axis, axis.Extent)).ToArray() is var windows
        && LinesOfSums().Sum(lines => lines.Count(windows) * lines.Apart) > FirstCache.Kept;

    /// <summary>
    /// Whether each point fetches its lines: the nest's images exceed the first cache, and each channel is summed by itself, so that
    /// one operand is the same for all points, as the taps of a depthwise convolution are.
    /// </summary>
    private bool FetchesPoints => _fetchesPoints ??= !FetchesSums && _nest.Block is null && _nest.Lane is not null && _steps <= Product(PointAxes())
        && _loads.TrueForAll(static load => load.Access.IsAffine && load.OnVectors)
        && _loads.Exists(load => !PointAxes().Exists(load.Access.DependsOn))
        && !_nest.Parallel.Concat(_nest.Reduction).Any(static axis => axis.IsSymbolic)
        && _loads.Select(static load => load.Access).Concat(_nest.Stores.Select(static store => store.Target)).Select(static access => access.Storage).Distinct().Sum(static storage => (long)storage.Length) * _target.ElementSize > FirstCache.Kept;

    /// <summary>Whether steps of some tile could share what they load.</summary>
    private bool SharesLoads => _sharesLoads ??= Bodies().Any();

    /// <summary>Cycles of a step for the lines that it is the first to read.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="vectors">Vectors of channels.</param>
    /// <param name="isWhole">The tile's whole sum stands in one body, each load for itself.</param>
    private double MemoryCycles((Axis Axis, int Count)[] tile, int vectors, bool isWhole)
    {
        if (FetchesSums)
        {
            // The lines of a pixel's channels lie side by side, and come as a stream does.
            double vectorLines = 1 + (Math.Max(0, ((double)vectors * BytesOfVector / FirstCache.Line) - 1) * LineOfStream / LineOfMany);
            double lines = 0;
            foreach (var own in LinesOfSums())
            {
                lines += own.Count(tile) * (own.OnVectors ? vectorLines : 1);
            }

            return LineOfMany * lines / _steps;
        }

        if (!FetchesPoints)
        {
            return 0;
        }

        double points = tile.Aggregate(1.0, static (product, own) => product * own.Count);
        _freshPixels ??= FreshPixels() + 1;
        double all = _freshPixels.Value * points * vectors * BytesOfVector / FirstCache.Line;
        return (isWhole ? LineOfStream : LineOfMany) * all / _steps;
    }

    /// <summary>Cycles of a step that computes and waits for lines at the same time, but for a tenth of what is shorter.</summary>
    private static double Overlapped(double arithmetic, double memory) => Math.Max(arithmetic, memory) + (0.1 * Math.Min(arithmetic, memory));

    private int BytesOfVector => _target.Widths[_target.Widths.Count - 1] * _target.ElementSize;

    /// <summary>Lines that a load of an access touches: one, or on average more where vectors begin at any column and some go on in the next line.</summary>
    private double LinesOfLoad(Access access)
        => _nest.Lane is { } lane && Math.Abs(access.Address.FactorOf(lane)) == 1 ? 1 + Crossings(access, lane) : 1;

    /// <summary>The share of an access's vectors that do not end in the line in which they begin.</summary>
    private double Crossings(Access access, Axis lane)
    {
        int line = FirstCache.Line / _target.ElementSize;
        int width = BytesOfVector / _target.ElementSize;
        int Place(int offset) => ((offset % line) + line) % line;

        // Where in a line vectors begin, by how often.
        double[] starts = new double[line];
        for (int first = 0; first < line; first += width)
        {
            starts[Place(access.Address.Constant + first)]++;
        }

        foreach (var (axis, factor) in access.Address.Terms)
        {
            Spread(axis == lane || axis.IsSymbolic ? [0] : Enumerable.Range(0, Math.Min(axis.Extent, line)).Select(k => k * factor));
        }

        if (access.Offset is { } stored)
        {
            Spread(Enumerable.Range(0, line).Select(k => k * stored.Step));
        }

        if (access.Phase is { } phase)
        {
            Spread(phase.Displacements());
        }

        return starts.Where((_, start) => start + width > line).Sum() / starts.Sum();

        void Spread(IEnumerable<int> offsets)
        {
            double[] moved = new double[line];
            foreach (int offset in offsets)
            {
                for (int start = 0; start < line; start++)
                {
                    moved[Place(start + offset)] += starts[start];
                }
            }

            starts = moved;
        }
    }

    private bool LinesApart(Access access, Axis axis)
        => access.Address.FactorOf(axis) is var factor && (factor == 0 || Math.Abs(factor) * _target.ElementSize >= FirstCache.Line);

    private List<SumLines> LinesOfSums() => _sumLines ??= [.. _loads.Select(load => new SumLines(this, load.Access))];

    /// <summary>Pixels of all images that a point reads for the first time, from how far neighbours are apart.</summary>
    private double FreshPixels()
    {
        double pixels = 0;
        foreach (var access in _loads.Select(static load => load.Access).Where(access => PointAxes().Exists(access.DependsOn)))
        {
            double fresh = 1;
            foreach (var axis in _nest.Reduction.Where(access.DependsOn))
            {
                int factor = access.Address.FactorOf(axis);
                int step = PointAxes().Select(access.Address.FactorOf).Where(own => own != 0 && own % factor == 0).Select(own => Math.Abs(own / factor)).DefaultIfEmpty(int.MaxValue).Min();
                fresh *= Math.Min(step, axis.Extent);
            }

            pixels += fresh;
        }

        return pixels;
    }

    private List<Axis> PointAxes() => [.. _nest.Parallel.Where(axis => axis != _nest.Lane && !axis.IsTrivial)];

    private static double Product(IEnumerable<Axis> axes) => axes.Aggregate(1.0, static (product, axis) => product * axis.Extent);

    /// <summary>The lines that an access reads in a sum, whose steps have lines of their own.</summary>
    private sealed class SumLines
    {
        private readonly List<(Axis Axis, int Neighbours, int Steps, int Step)> _factors = [];
        private readonly double _steps;

        public SumLines(TileShape shape, Access access)
        {
            int Factor(Axis axis) => Math.Abs(access.Address.FactorOf(axis));
            OnVectors = shape.OnVectors(access);
            var along = shape._nest.Reduction.Where(access.DependsOn).OrderBy(Factor).ToList();
            var pixels = along.ToList();
            foreach (var axis in shape.PointAxes().Where(axis => axis != shape._nest.Block && access.DependsOn(axis)))
            {
                int factor = Factor(axis);
                if (!shape.LinesApart(access, axis))
                {
                    _factors.Add((axis, FirstCache.Line / shape._target.ElementSize / factor, 1, 0));
                }
                else if (along.Find(own => Factor(own) % factor == 0 && Factor(own) < factor * axis.Extent) is { } window)
                {
                    along.Remove(window);
                    pixels.Add(axis);
                    Windows.Add(axis);
                    _factors.Add((axis, 1, window.Extent, Factor(window) / factor));
                }
                else
                {
                    _factors.Add((axis, 1, 1, 0));
                }
            }

            _steps = Product(along);
            Apart = pixels.Aggregate(FirstCache.Way, (divisor, axis) => Integers.Gcd(divisor, Factor(axis) * shape._target.ElementSize));
        }

        public bool OnVectors { get; }

        /// <summary>Axes whose neighbours share lines in other steps: a kernel's taps.</summary>
        public List<Axis> Windows { get; } = [];

        /// <summary>Bytes between two places that a line can have in the first cache; what is between them serves others.</summary>
        public int Apart { get; }

        /// <summary>The lines of a tile's sum, for one vector.</summary>
        public double Count((Axis Axis, int Count)[] tile)
        {
            double lines = _steps;
            foreach (var (axis, neighbours, steps, step) in _factors)
            {
                int count = 1;
                foreach (var own in tile)
                {
                    count = own.Axis == axis ? own.Count : count;
                }

                // Neighbours lie in a line, and tiles begin at multiples of their length; windows overlap where they are longer than a step.
                lines *= neighbours > 1
                    ? (count + neighbours - Integers.Gcd(count, neighbours)) / (double)neighbours
                    : ((steps - 1) * Math.Min(count, step)) + count;
            }

            return lines;
        }
    }
}
