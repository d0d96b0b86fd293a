using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

/// <content>Bodies of several steps that share what they load.</content>
internal sealed partial class TileShape
{
    /// <summary>Iterations of an axis that stands in a body in part.</summary>
    private const int LongestPart = 4;

    /// <summary>Statements of a body that shares its loads: a little more than others may have, which gain less from them.</summary>
    private const int SharingBody = 136;

    /// <summary>Statements of a body whose loads are worth more than usual: those of a weight's gradient, whose steps each read lines of their own, and whose compiling no first inference waits for.</summary>
    private const int LongBody = 320;

    /// <summary>Cycles of a loop's step around a tile that fetches its lines.</summary>
    private const double LoopOfFetches = 0.6;

    /// <summary>Cycles of a load that multiply-adds hide: of two tiles, the one that shares more.</summary>
    private const double SharedLoadCost = 0.05;

    /// <summary>Multiply-adds that the machine has in flight: the sums of one tile do not wait for those of a short one before it.</summary>
    private const int Window = 256;

    /// <summary>The bodies whose steps could share a load under some tile.</summary>
    public IEnumerable<Body> Bodies()
    {
        if (_unroll != UnrollMode.Auto || _nest.Sequential || _nest.Lane is null || _tile.Exists(static axis => axis.IsSymbolic) || _loads.Exists(static load => load.Access.Offset is not null))
        {
            yield break;
        }

        // The lowering tells what a body shares by its storage, which sums side by side read at several addresses each.
        if (_loads.Select(static load => load.Access.Storage).Distinct().Count() < _loads.Count)
        {
            yield break;
        }

        var literals = _nest.Literals();
        var inner = new List<(Axis Axis, int Count)>();
        for (int i = _nest.Reduction.Count - 1; i >= 0; i--)
        {
            var axis = _nest.Reduction[i];
            if (axis.IsTrivial)
            {
                continue;
            }

            if (axis.IsSymbolic || literals.Contains(axis) || axis == _nest.Clip?.Axis)
            {
                yield break;
            }

            for (int part = 2; part <= Math.Min(LongestPart, axis.Extent - 1); part++)
            {
                var body = new Body([(axis, part), .. inner]);
                if (axis.Extent % part == 0 && CanShare(body))
                {
                    yield return body;
                }
            }

            if (axis.Extent > Planner.LongestUnrolled)
            {
                yield break;
            }

            inner.Insert(0, (axis, axis.Extent));
            var whole = new Body([.. inner]);
            if (CanShare(whole))
            {
                yield return whole;
            }
        }
    }

    /// <summary>What a piece's steps share under the chosen body.</summary>
    public Access? Shared(Piece piece)
    {
        if (Body is null)
        {
            return null;
        }

        var tile = TileOf(piece);
        int vectors = VectorsOf(piece);
        return Shared(tile, vectors, Body, Distinct(tile, vectors, Body))?.Access;
    }

    /// <summary>Whether a loop's steps, unrolled so far, load an element again that the JIT then keeps, without a register for it.</summary>
    public bool Repeats(Axis axis, int factor, Piece piece) => Repeats(axis, factor, TileOf(piece), Points(piece));

    /// <summary>Statements of a body that shares its loads.</summary>
    public int StatementsPerBody(Piece piece) => (Points(piece) * Accumulators * Body!.Steps) + Distinct(TileOf(piece), VectorsOf(piece), Body).Sum();

    private int LongestBody => SumsLines ? LongBody : SharingBody;

    /// <summary>Whether a body has too many statements even without its loads.</summary>
    private bool IsTooLong(int points, Body body) => points * Accumulators * body.Steps > LongestBody;

    private int VectorsOf(Piece piece) => piece.LaneVectors * (_nest.Block is { } block && piece.Ranges.TryGetValue(block, out var range) ? range.Tile : 1);

    private (Axis Axis, int Count)[] TileOf(Piece piece)
        => [.. _tile.Where(axis => axis != _nest.Block && piece.Ranges.TryGetValue(axis, out var range) && range.Tile > 1).Select(axis => (axis, piece.Ranges[axis].Tile))];

    /// <summary>A quick look: an access that a tile's axis and one of the body's move to the same place.</summary>
    private bool CanShare(Body body)
        => _loads.Exists(load => load.Access.IsAffine && body.MovesOneWay(load.Access)
            && body.Axes.Any(own => _tile.Exists(axis => load.Access.Address.FactorOf(axis) is var tiled && load.Access.Address.FactorOf(own.Axis) is var factor && tiled != 0 && factor != 0
                && Enumerable.Range(1, own.Count - 1).Any(k => factor * k % tiled == 0 && Math.Abs(factor * k / tiled) < axis.Extent))));

    /// <summary>
    /// A step of a body that shares its loads, as the lowering writes it: elements of the shared access pass through one
    /// local, in the order of memory, and what else serves more than once is held for the whole body. Null if nothing is shared.
    /// </summary>
    private (double Cycles, int Registers)? SharedCost((Axis Axis, int Count)[] tile, int vectors, Body body)
    {
        int[] counts = Distinct(tile, vectors, body);
        if (Shared(tile, vectors, body, counts) is not { } shared)
        {
            return null;
        }

        int points = vectors;
        foreach (var (_, count) in tile)
        {
            points *= count;
        }

        int steps = body.Steps;
        int loads = 0;
        double lines = 0;
        double clock = 0;
        int held = 0;
        for (int k = 0; k < counts.Length; k++)
        {
            loads += counts[k];
            lines += counts[k] * _loads[k].Lines;
            clock += counts[k] * _loads[k].Clock;
            held += _loads[k] == shared || counts[k] == points * steps ? 0 : counts[k];
        }

        int operations = points * Accumulators;
        bool isShort = (operations * steps) + loads <= LongestBody;
        double latency = _sumsSamples ? Latency : Latency / Math.Max(1, Math.Floor(Window / (operations * _steps)));
        double memory = MemoryCycles(tile, vectors, isWhole: steps == _steps);
        double arithmetic = StepCycles(operations, lines / LoadsPerCycle / steps, latency) + (SharedLoadCost * lines / steps) + ClockCycles(clock / steps) + StepCost + EndCycles(points, isWhole: steps == _steps) + LoopCycles(tile, points, body);
        double cycles = WithStream(Overlapped(arithmetic, memory), tile, vectors);
        return (isShort ? cycles : double.MaxValue, operations + held + 1);
    }

    /// <summary>
    /// Cycles of a step for the loop around it, in sums that fetch their lines: while the machine counts, it asks for none. The steps of a body
    /// share them, two where the planner unrolls as it does most tiles.
    /// </summary>
    private double LoopCycles((Axis Axis, int Count)[] tile, int points, Body? body)
    {
        if (!FetchesSums)
        {
            return 0;
        }

        bool unrolls = _nest.Reduction.FindLast(static axis => !axis.IsTrivial) is { } inner && !Repeats(inner, 2, tile, points);
        return LoopOfFetches / (body?.Steps ?? (unrolls ? 2 : 1));
    }

    /// <summary>Unrolled so far, an element of one step returns in another, while the accumulators fill the registers.</summary>
    private bool Repeats(Axis axis, int factor, (Axis Axis, int Count)[] tile, int points)
    {
        if (points * Accumulators * 2 < _target.Registers)
        {
            return false;
        }

        var (one, all) = (new Body([(axis, 1)]), new Body([(axis, factor)]));
        return _loads.Exists(load => load.Access.Offset is null && load.Access.DependsOn(axis) && Distinct(load, tile, 1, all) < factor * Distinct(load, tile, 1, one));
    }

    /// <summary>The load of which the body's steps need the fewest elements, measured by what they would load one by one.</summary>
    private TileLoad? Shared((Axis Axis, int Count)[] tile, int vectors, Body body, int[] counts)
    {
        TileLoad? best = null;
        int most = 0;
        for (int k = 0; k < counts.Length; k++)
        {
            var load = _loads[k];
            int saved = ((load.OnVectors ? vectors : 1) * Places(load.Access, tile) * Places(load.Access, body.Axes)) - counts[k];
            if (saved > most && load.Access.IsAffine && body.MovesOneWay(load.Access))
            {
                most = saved;
                best = load;
            }
        }

        return best;
    }

    /// <summary>How often an access moves while its axes run.</summary>
    private static int Places(Access access, (Axis Axis, int Count)[] axes)
    {
        int places = 1;
        foreach (var (axis, count) in axes)
        {
            places *= access.Address.FactorOf(axis) != 0 ? count : 1;
        }

        return places;
    }

    /// <summary>Elements, or vectors, that each load reads in a tile's body.</summary>
    private int[] Distinct((Axis Axis, int Count)[] tile, int vectors, Body body)
    {
        int[] counts = new int[_loads.Count];
        for (int k = 0; k < counts.Length; k++)
        {
            counts[k] = Distinct(_loads[k], tile, vectors, body);
        }

        return counts;
    }

    /// <summary>Elements, or vectors, that a load reads in a tile's body.</summary>
    private static int Distinct(TileLoad load, (Axis Axis, int Count)[] tile, int vectors, Body body)
    {
        var runs = new List<(int Step, int Count)>(tile.Length + body.Axes.Length);
        Add(tile);
        Add(body.Axes);
        return Integers.DistinctSums(runs) * (load.OnVectors ? vectors : 1);

        void Add((Axis Axis, int Count)[] axes)
        {
            foreach (var (axis, count) in axes)
            {
                int factor = load.Access.Address.FactorOf(axis);
                if (count > 1 && factor != 0)
                {
                    runs.Add((Math.Abs(factor), count));
                }
            }
        }
    }
}
