using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

/// <summary>The costs of a nest's tiles.</summary>
internal sealed partial class TileShape
{
    /// <summary>Cycles from a multiply-add to the next one that needs its result.</summary>
    private const int Latency = 4;

    /// <summary>Sums, as a multiple of those that hide the latency if nothing goes wrong, that hide it whatever goes wrong, and what each cycle less costs.</summary>
    private const double AmpleSums = 1.5, LatencyCost = 0.25;

    /// <summary>Loads of a cycle where nearly every multiply-add brings one: two at best, and less where addresses collide.</summary>
    private const double LoadsPerCycle = 1.6;

    /// <summary>Cycles of a load that multiply-adds hide: of two tiles, the one that reads less, which often is the one that passes over an image less often.</summary>
    private const double HiddenLoadCost = 0.02;

    /// <summary>
    /// What a load costs beside vectors of 64 bytes, which multiply-adds do not hide, because it takes power and no time: processors lower
    /// their clock, the Intel Xeon that this was fitted to from 3.8 GHz without loads to 3.4 with one for two multiply-adds, and 3.2 with more.
    /// </summary>
    private const double ClockCost = 0.1;

    /// <summary>The same of a load's second line.</summary>
    private const double ClockCostOfCrossing = 0.3;

    /// <summary>Cycles that a step costs beside its operations: the loop, and what the machine cannot overlap. Larger tiles share it.</summary>
    private const double StepCost = 0.5;

    /// <summary>Cycles of a step that reads from memory where to load.</summary>
    private const double OffsetCost = 2;

    /// <summary>Cycles of a loop's end, which the machine cannot foresee: a short sum that stands in one body saves them.</summary>
    private const double LoopEnd = 8;

    /// <summary>Cycles of a loop whose bounds depend on the row.</summary>
    private const double ClippedLoop = 4;

    /// <summary>
    /// Cycles of a tile's end, where vectors have 64 bytes: it hides a dozen stores among the multiply-adds of the next tile. While the machine
    /// stores, it multiplies next to nothing, and more of them stand in each other's way.
    /// </summary>
    private const double TileEnd = 6, CyclesOfStore = 1.5, CyclesOfPair = 0.25;
    private const int HiddenStores = 12;

    /// <summary>
    /// What each rectangle of tiles beside the first costs, as a share, because its code is more to compile and to read. Where bodies share their loads it is
    /// as long as the first one's, some hundred statements, and the first inference waits for it.
    /// </summary>
    private const double CostOfRest = 0.01, CostOfLongRest = 0.05;

    /// <summary>Statements of vectors side by side where nothing is summed: they share the loop's own cost, which points of many operations do not notice.</summary>
    private const int StatementsSideBySide = 16;

    private readonly Nest _nest;
    private readonly Target _target;
    private readonly UnrollMode _unroll;
    private readonly List<TileLoad> _loads;
    private readonly List<Axis> _tile;
    private readonly ForcedTile? _forced;
    private readonly double _steps;
    private readonly bool _sumsSamples;
    private readonly int _offsets;
    private readonly Dictionary<(int Vectors, Body? Body), (double Cost, Axis? First, int FirstTile, Axis? Second, int SecondTile)> _rectangles = [];

    public TileShape(Nest nest, Target target, UnrollMode unroll = UnrollMode.Auto, ForcedTile? forced = null)
    {
        _nest = nest;
        _target = target;
        _unroll = unroll;
        _forced = forced;
        _tile = [.. nest.Tile.Where(axis => !axis.IsTrivial).Except(nest.Literals())];
        _loads = [.. nest.Accumulators.SelectMany(UpdateLoads).Distinct().Select(access => new TileLoad(access, OnVectors(access), LinesOfLoad(access)))];
        _steps = Product(nest.Reduction);
        _sumsSamples = nest.Reduction.Exists(static axis => axis.IsSymbolic);
        _offsets = _loads.Select(static load => load.Access.Offset).Distinct().Count(static offset => offset is not null);
    }

    /// <summary>The steps that share their loads in one loop's body, as <see cref="BestVectors"/> chose them; null where steps stand for themselves.</summary>
    public Body? Body { get; private set; }

    /// <summary>Cycles of a step for each point and vector, as <see cref="BestVectors"/> found them; 1 where there is nothing to sum.</summary>
    public double Cycles { get; private set; } = 1;

    private int Accumulators => Math.Max(1, _nest.Accumulators.Count);

    /// <summary>The axes that a tile may cover.</summary>
    public IReadOnlyList<Axis> Axes => _tile;

    /// <summary>Tile points along the preferred axis that fit the registers beside this many vectors.</summary>
    public int MaxPoints(int vectors)
    {
        var axis = _tile.FirstOrDefault();
        int points = 1;
        while (points < _target.Registers && Fits(axis, points + 1, null, 1, vectors))
        {
            points++;
        }

        return points;
    }

    /// <summary>Whether the registers hold a tile.</summary>
    public bool Fits(Axis? first, int firstTile, Axis? second, int secondTile, int vectors, Body? body = null)
        => Cost(first, firstTile, second, secondTile, vectors, body).Registers <= _target.Registers;

    public int LaneVectors(int vectors)
    {
        if (_nest.Lane is not { } lane)
        {
            return 1;
        }

        for (int count = Math.Min(vectors, 4); count > 1; count /= 2)
        {
            if (_target.Widths.All(width => lane.Extent % (count * width) == 0))
            {
                return count;
            }
        }

        return 1;
    }

    public int BestVectors(int samples)
    {
        Body = null;
        if (_forced is { } forced && (samples == 0 || samples == forced.SampleTile))
        {
            Body = forced.Body;
            return forced.Vectors;
        }

        int available = Available();
        if (_nest.Accumulators.Count == 0)
        {
            int point = _nest.Stores.Count + Planner.OperationsOfStores(_nest);
            int sideBySide = point * 4 <= StatementsSideBySide ? 4 : point * 2 <= StatementsSideBySide ? 2 : 1;
            return Math.Min(available, sideBySide);
        }

        if (samples > 0)
        {
            Cycles = SampleCost(samples, out int vectorsOfSamples);
            return vectorsOfSamples;
        }

        int best = 1;
        double bestCost = double.MaxValue;
        for (int vectors = 1; vectors <= Math.Min(available, 8); vectors *= 2)
        {
            double cost = RectangleCost(vectors, null).Cost / vectors;
            if (cost < bestCost * 0.98)
            {
                bestCost = cost;
                best = vectors;
            }
        }

        foreach (var body in Bodies())
        {
            for (int vectors = 1; vectors <= Math.Min(available, 8); vectors *= 2)
            {
                double cost = RectangleCost(vectors, body).Cost / vectors;
                if (cost < bestCost * 0.98)
                {
                    bestCost = cost;
                    best = vectors;
                    Body = body;
                }
            }
        }

        Cycles = bestCost;
        return best;
    }

    public (Axis? First, int FirstTile, Axis? Second, int SecondTile) BestRectangle(int vectors)
    {
        if (_forced is { } forced && vectors == forced.Vectors)
        {
            return (forced.First, forced.FirstTile, forced.Second, forced.SecondTile);
        }

        var (_, first, firstTile, second, secondTile) = RectangleCost(vectors, Body);
        return (first, firstTile, second, secondTile);
    }

    public int Points(Piece piece)
    {
        int points = piece.LaneVectors;
        foreach (var range in piece.Ranges.Values)
        {
            points *= range.Tile;
        }

        return points;
    }

    public int StatementsPerStep(Piece piece)
    {
        int vectors = piece.LaneVectors * (_nest.Block is { } block && piece.Ranges.TryGetValue(block, out var range) ? range.Tile : 1);
        var tiled = _nest.Parallel.Where(axis => axis != _nest.Lane && axis != _nest.Block && piece.Ranges[axis].Tile > 1).ToList();
        int points = Points(piece) / vectors;
        int loads = _loads.Sum(load => tiled.Where(load.Access.DependsOn).Aggregate(load.OnVectors ? vectors : 1, (count, axis) => count * piece.Ranges[axis].Tile));
        return (Accumulators * points * vectors) + loads;
    }

    private IEnumerable<Access> UpdateLoads(Accumulator accumulator)
    {
        var seen = new HashSet<Expr>();
        var stack = new Stack<Expr>();
        stack.Push(accumulator.Update);
        while (stack.Count > 0)
        {
            var expr = stack.Pop();
            if (!seen.Add(expr))
            {
                continue;
            }

            if (expr is Load load)
            {
                yield return load.Access;
            }
            else if (expr is Operation operation)
            {
                foreach (var operand in operation.Operands)
                {
                    stack.Push(operand);
                }
            }
        }
    }

    private bool OnVectors(Access access)
        => (_nest.Lane is { } lane && access.Address.FactorOf(lane) != 0) || (_nest.Block is { } block && access.Address.FactorOf(block) != 0);

    public int Available()
    {
        int lanes = _nest.Lane is { } lane ? Math.Max(1, lane.Extent / _target.Widths[_target.Widths.Count - 1]) : 1;
        int blocks = _nest.Block is { IsTrivial: false } block ? block.Extent : 1;
        return lanes * blocks;
    }

    /// <summary>
    /// A step of a tile of two axes, as the lowering writes it: what does not move with the outer axis is held, what moves with
    /// it alone passes through one local a vector, and an operand that serves once needs none.
    /// </summary>
    private (double Cycles, int Registers) Cost(Axis? first, int firstTile, Axis? second, int secondTile, int vectors, Body? body = null)
    {
        var tile = Tile(first, firstTile, second, secondTile);
        if (body is not null && SharedCost(tile, vectors, body) is { } shared)
        {
            return shared;
        }

        if (secondTile > 1 && _nest.Parallel.IndexOf(second!) < _nest.Parallel.IndexOf(first!))
        {
            (first, firstTile, second, secondTile) = (second, secondTile, first, firstTile);
        }

        int points = firstTile * secondTile * vectors;
        int loads = 0;
        double lines = 0;
        double clock = 0;
        int held = 0;
        int passing = 1;
        foreach (var load in _loads)
        {
            bool onFirst = firstTile > 1 && load.Access.DependsOn(first!);
            int across = load.OnVectors ? vectors : 1;
            int count = (onFirst ? firstTile : 1) * (secondTile > 1 && load.Access.DependsOn(second!) ? secondTile : 1) * across;
            loads += count;
            lines += count * load.Lines;
            clock += count * load.Clock;
            if (count == points)
            {
                continue;
            }

            if (onFirst)
            {
                passing = Math.Max(passing, count / firstTile);
            }
            else
            {
                held += count;
            }
        }

        int operations = points * Accumulators;
        bool isWhole = CanBeWhole && _nest.Clip is null && (operations + loads) * _steps <= Planner.BodyBudget && (operations * 2 < _target.Registers || !SharesLoads);
        double memory = MemoryCycles(tile, vectors, isWhole);
        double arithmetic = StepCycles(operations, lines / LoadsPerCycle, Latency) + (HiddenLoadCost * lines) + ClockCycles(clock) + StepCost + (OffsetCost * _offsets) + EndCycles(points, isWhole) + LoopCycles(tile, points, body);
        return (WithStream(Overlapped(arithmetic, memory), tile, vectors), operations + held + passing);
    }

    /// <summary>Whether a sum's steps could all stand in one body: no axis is too long for that.</summary>
    private bool CanBeWhole => _unroll != UnrollMode.None && _nest.Reduction.TrueForAll(static axis => axis.Extent <= Planner.LongestUnrolled);

    /// <summary>Cycles of a step's multiply-adds and loads; sums that barely hide the latency wait now and then.</summary>
    private static double StepCycles(int operations, double loads, double latency)
        => Math.Max(Math.Max(operations / 2.0, loads), latency) + (LatencyCost * Math.Max(0, (AmpleSums * latency) - (operations / 2.0)));

    private double ClockCycles(double cycles) => _target.Kind == VectorKind.Fixed512 ? cycles : 0;

    /// <summary>Cycles of a step for its tile's end: its loop's, and what it stores.</summary>
    private double EndCycles(int points, bool isWhole)
    {
        double loop = (_nest.Clip is null ? 0 : ClippedLoop) + (CanBeWhole && !isWhole ? LoopEnd : 0);
        if (_target.Kind != VectorKind.Fixed512 || _sumsSamples)
        {
            return _sumsSamples ? 0 : loop / _steps;
        }

        int more = Math.Max(0, (points * _nest.Stores.Count) - HiddenStores);
        return (TileEnd + loop + (CyclesOfStore * more) + (CyclesOfPair * more * more)) / _steps;
    }

    private static (Axis Axis, int Count)[] Tile(Axis? first, int firstTile, Axis? second, int secondTile)
        => first is null ? [] : second is null ? [(first, firstTile)] : [(first, firstTile), (second, secondTile)];

    /// <summary>The best rectangle of points for some vectors and a body, found once.</summary>
    private (double Cost, Axis? First, int FirstTile, Axis? Second, int SecondTile) RectangleCost(int vectors, Body? body)
    {
        if (!_rectangles.TryGetValue((vectors, body), out var best))
        {
            best = FindRectangle(vectors, body);
            _rectangles.Add((vectors, body), best);
        }

        return best;
    }

    private (double Cost, Axis? First, int FirstTile, Axis? Second, int SecondTile) FindRectangle(int vectors, Body? body)
    {
        if (_nest.Accumulators.Count == 0)
        {
            // A copy has nothing to hold; a tile is as many streams as a cache set bears when they lie 4 KiB apart.
            var copied = _nest.Sequential ? null : _tile.FirstOrDefault();
            return (1, copied, copied is null ? 1 : Math.Min(copied.Extent, 8), null, 1);
        }

        var axes = _nest.Sequential ? [] : _tile.Where(static axis => !axis.IsSymbolic).ToList();
        if (axes.Count == 0)
        {
            var (cycles, registers) = Cost(null, 1, null, 1, vectors);
            return (registers > _target.Registers ? double.MaxValue : cycles, null, 1, null, 1);
        }

        int capacity = _target.Registers / (vectors * Accumulators);
        (double Cost, Axis? First, int FirstTile, Axis? Second, int SecondTile) best = (double.MaxValue, axes[0], 1, null, 1);
        for (int a = 0; a < axes.Count; a++)
        {
            for (int firstTile = 1; firstTile <= Math.Min(capacity, axes[a].Extent); firstTile++)
            {
                Consider(axes[a], firstTile, null, 1);
                for (int b = a + 1; b < axes.Count; b++)
                {
                    for (int secondTile = 2; firstTile * secondTile <= capacity && secondTile <= axes[b].Extent; secondTile++)
                    {
                        Consider(axes[a], firstTile, axes[b], secondTile);
                    }
                }
            }
        }

        return best;

        void Consider(Axis first, int firstTile, Axis? second, int secondTile)
        {
            if (body is not null && IsTooLong(firstTile * secondTile * vectors, body))
            {
                return;
            }

            var whole = Cost(first, firstTile, second, secondTile, vectors, body);
            if (firstTile * secondTile > 1 && whole.Registers > _target.Registers)
            {
                return;
            }

            // Average cycles of a point, over whole rectangles and what they leave.
            double cycles = 0;
            int pieces = 0;
            foreach (var firstRange in Planner.Split(first, firstTile, isOnly: second is null))
            {
                foreach (var secondRange in Planner.Split(second, secondTile, isOnly: false))
                {
                    long count = (long)(firstRange.End - firstRange.Start) * (secondRange.End - secondRange.Start);
                    bool isWhole = firstRange.Tile == firstTile && secondRange.Tile == secondTile;
                    double own = isWhole ? whole.Cycles : Cost(first, firstRange.Tile, second, secondRange.Tile, vectors, body).Cycles;
                    cycles += count * own / (firstRange.Tile * secondRange.Tile);
                    pieces++;
                }
            }

            double cost = cycles / ((long)first.Extent * (second?.Extent ?? 1)) * (1 + ((body is null ? CostOfRest : CostOfLongRest) * (pieces - 1)) + (secondTile > 1 ? 0.005 : 0));
            if (cost < best.Cost * 0.999)
            {
                best = (cost, first, firstTile, second, secondTile);
            }
        }
    }

    /// <summary>An element, or a vector, that each step loads.</summary>
    private sealed class TileLoad(Access access, bool onVectors, double lines)
    {
        public Access Access { get; } = access;

        /// <summary>The tile's vectors each load their own.</summary>
        public bool OnVectors { get; } = onVectors;

        /// <summary>Lines that a load touches, on average.</summary>
        public double Lines { get; } = lines;

        /// <summary>Cycles that it costs by lowering the clock.</summary>
        public double Clock { get; } = ClockCost + (ClockCostOfCrossing * (lines - 1));
    }
}
