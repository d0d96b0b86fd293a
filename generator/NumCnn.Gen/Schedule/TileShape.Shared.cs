using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

/// <content>Bodies of several steps that share what they load.</content>
internal sealed partial class TileShape
{
    /// <summary>Iterations of an axis that stands in a body in part.</summary>
    private const int LongestPart = 4;

    /// <summary>Statements of a body that shares its loads: a little more than others may have, which gain less from them.</summary>
    private const int SharingBody = 136;

    /// <summary>Statements of a body whose loads are worth more than usual: those of sums that fetch their lines anew, as a weight's gradient does, whose compiling no first inference waits for.</summary>
    private const int LongBody = 320;

    /// <summary>Cycles of a load that multiply-adds hide: of two tiles, the one that shares more.</summary>
    private const double SharedLoadCost = 0.05;

    /// <summary>Multiply-adds that the machine has in flight: the sums of one tile do not wait for those of a short one before it.</summary>
    private const int Window = 256;

    /// <summary>The bodies whose steps could share a load under some tile.</summary>
    public IEnumerable<Body> Bodies()
    {
        if (_unroll != UnrollMode.Auto || _nest.Sequential || _nest.Lane is null || _tile.Exists(static axis => axis.IsSymbolic))
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

            if (axis.IsSymbolic || literals.Contains(axis))
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
        => Body is null ? null : Shared(TileOf(piece), piece.LaneVectors * BlockTile(piece), Body);

    /// <summary>Statements of a body that shares its loads.</summary>
    public int StatementsPerBody(Piece piece)
    {
        var tile = TileOf(piece);
        int vectors = piece.LaneVectors * BlockTile(piece);
        return (Points(piece) * Accumulators * Body!.Steps) + _loads.Sum(access => Distinct(access, tile, vectors, Body));
    }

    private int BlockTile(Piece piece) => _nest.Block is { } block && piece.Ranges.TryGetValue(block, out var range) ? range.Tile : 1;

    private List<(Axis? Axis, int Count)> TileOf(Piece piece)
        => [.. _tile.Where(axis => axis != _nest.Block && piece.Ranges.TryGetValue(axis, out var range) && range.Tile > 1).Select(axis => ((Axis?)axis, piece.Ranges[axis].Tile))];

    /// <summary>A quick look: an access that a tile's axis and one of the body's move to the same place.</summary>
    private bool CanShare(Body body)
        => _loads.Exists(access => access.Phase is null && body.MovesOneWay(access)
            && body.Axes.Any(own => _tile.Exists(axis => access.Address.FactorOf(axis) is var tiled && access.Address.FactorOf(own.Axis) is var factor && tiled != 0 && factor != 0
                && Enumerable.Range(1, own.Count - 1).Any(k => factor * k % tiled == 0 && Math.Abs(factor * k / tiled) < axis.Extent))));

    /// <summary>
    /// A step of a body that shares its loads, as the lowering writes it: elements of the shared access pass through one
    /// local, in the order of memory, and what else serves more than once is held for the whole body. Null if nothing is shared.
    /// </summary>
    private (double Cycles, int Registers)? SharedCost(IReadOnlyList<(Axis? Axis, int Count)> tile, int vectors, Body body)
    {
        if (Shared(tile, vectors, body) is not { } shared)
        {
            return null;
        }

        int points = tile.Aggregate(vectors, static (product, axis) => product * axis.Count);
        int steps = body.Steps;
        int loads = 0;
        double lines = 0;
        int held = 0;
        foreach (var access in _loads)
        {
            int count = Distinct(access, tile, vectors, body);
            loads += count;
            lines += count * LinesOfLoad(access);
            held += access == shared || count == points * steps ? 0 : count;
        }

        int operations = points * Accumulators;
        bool isShort = (operations * steps) + loads <= (FetchesSums ? LongBody : SharingBody);
        int sum = _nest.Reduction.Aggregate(operations, static (product, axis) => axis.IsSymbolic ? int.MaxValue : (int)Math.Min((long)product * axis.Extent, int.MaxValue));
        double latency = (double)Latency / Math.Max(1, Window / sum);
        double memory = MemoryCycles(tile, vectors, isWhole: steps == _steps);
        double arithmetic = Math.Max(Math.Max(operations / 2.0, lines / LoadsPerCycle / steps), latency) + (SharedLoadCost * lines / steps) + StepCost + EndCycles(points);
        double cycles = Overlapped(arithmetic, memory);
        return (isShort ? cycles : double.MaxValue, operations + held + 1);
    }

    /// <summary>The access of which the body's steps load the fewest elements, measured by what they would load one by one.</summary>
    private Access? Shared(IReadOnlyList<(Axis? Axis, int Count)> tile, int vectors, Body body)
    {
        Access? best = null;
        int most = 0;
        foreach (var access in _loads)
        {
            if (access.Phase is null && body.MovesOneWay(access))
            {
                int alone = OnVectors(access) ? vectors : 1;
                foreach (var (axis, count) in tile.Concat(body.Axes.Select(static own => ((Axis?)own.Axis, own.Count))))
                {
                    alone *= axis is not null && access.Address.FactorOf(axis) != 0 ? count : 1;
                }

                int saved = alone - Distinct(access, tile, vectors, body);
                if (saved > most)
                {
                    most = saved;
                    best = access;
                }
            }
        }

        return best;
    }

    /// <summary>Elements, or vectors, that an access reads in a tile's body.</summary>
    private int Distinct(Access access, IReadOnlyList<(Axis? Axis, int Count)> tile, int vectors, Body body)
    {
        var runs = new List<(int Step, int Count)>(tile.Count + body.Axes.Count);
        foreach (var (axis, count) in tile)
        {
            Add(axis, count);
        }

        foreach (var (axis, count) in body.Axes)
        {
            Add(axis, count);
        }

        return Integers.DistinctSums(runs) * (OnVectors(access) ? vectors : 1);

        void Add(Axis? axis, int count)
        {
            if (axis is not null && count > 1 && access.Address.FactorOf(axis) is var factor && factor != 0)
            {
                runs.Add((Math.Abs(factor), count));
            }
        }
    }
}
