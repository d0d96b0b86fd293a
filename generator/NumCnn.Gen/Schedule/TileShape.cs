namespace NumCnn.Gen.Schedule;

/// <summary>The costs of a nest's tiles.</summary>
internal sealed class TileShape
{
    /// <summary>Cycles from a multiply-add to the next one that needs its result.</summary>
    private const int Latency = 4;

    /// <summary>Cycles that a step costs beside its operations: the loop, and what the machine cannot overlap. Larger tiles share it.</summary>
    private const double StepCost = 0.5;

    private readonly Nest _nest;
    private readonly Target _target;
    private readonly int _heldLoads;
    private readonly int _tileLoads;

    public TileShape(Nest nest, Target target)
    {
        _nest = nest;
        _target = target;
        foreach (var access in nest.Accumulators.SelectMany(UpdateLoads))
        {
            if (nest.Tile.Any(axis => access.Address.FactorOf(axis) != 0))
            {
                _tileLoads++;
                TileLoadIsVector |= OnVectors(access);
            }
            else
            {
                _heldLoads++;
            }
        }
    }

    private bool TileLoadIsVector { get; }

    private int Accumulators => Math.Max(1, _nest.Accumulators.Count);

    /// <summary>Tile points that fit the registers beside this many vectors.</summary>
    public int MaxPoints(int vectors)
    {
        // What is held, and one register for the operand on its way.
        int room = _target.Registers - (Math.Max(1, _heldLoads) * vectors) - 1;
        return Math.Max(1, room / (vectors * Accumulators));
    }

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
        int available = Available();
        if (_nest.Accumulators.Count == 0)
        {
            return Math.Min(available, 4);
        }

        int best = 1;
        double bestCost = double.MaxValue;
        for (int vectors = 1; vectors <= Math.Min(available, 8); vectors *= 2)
        {
            int points = samples > 0 ? samples : 0;
            if (points > 0 && points > MaxPointsWith(vectors, points))
            {
                continue;
            }

            double cost = points > 0 ? CyclesPerStep(points, vectors) / vectors : RectangleCost(vectors).Cost / vectors;
            if (cost < bestCost * 0.98)
            {
                bestCost = cost;
                best = vectors;
            }
        }

        return best;
    }

    public int BestSampleTile() => Math.Min(MaxPoints(Math.Min(Available(), 2)), 8);

    public (Axis? First, int FirstTile, Axis? Second, int SecondTile) BestRectangle(int vectors)
    {
        var (_, first, firstTile, second, secondTile) = RectangleCost(vectors);
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
        int points = Points(piece) / vectors;
        return (Accumulators * points * vectors) + (_heldLoads * vectors) + (_tileLoads * points);
    }

    /// <summary>Unrolled so far, a broadcast of one step returns in another, while the accumulators fill the registers.</summary>
    public bool Repeats(Axis axis, int factor, Piece piece)
    {
        if (Points(piece) * Accumulators * 2 < _target.Registers)
        {
            return false;
        }

        var tiled = piece.Ranges.Where(range => range.Key != _nest.Block && range.Value.Tile > 1).ToList();
        foreach (var access in _nest.Accumulators.SelectMany(UpdateLoads))
        {
            int step = access.Address.FactorOf(axis);
            if (step == 0 || OnVectors(access))
            {
                continue;
            }

            var offsets = new HashSet<int> { 0 };
            foreach (var range in tiled)
            {
                offsets = [.. offsets.SelectMany(offset => Enumerable.Range(0, range.Value.Tile).Select(k => offset + (k * access.Address.FactorOf(range.Key))))];
            }

            if (Enumerable.Range(1, factor - 1).Any(k => offsets.Any(offset => offsets.Contains(offset + (k * step)))))
            {
                return true;
            }
        }

        return false;
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

    // A tile of given points: with one point the vectors' loads go straight into the multiply-adds.
    private int MaxPointsWith(int vectors, int points)
        => points == 1 ? ((vectors * Accumulators) + 2 <= _target.Registers ? 1 : 0) : MaxPoints(vectors);

    private int Available()
    {
        int lanes = _nest.Lane is { } lane ? Math.Max(1, lane.Extent / _target.Widths[_target.Widths.Count - 1]) : 1;
        int blocks = _nest.Block is { IsTrivial: false } block ? block.Extent : 1;
        return lanes * blocks;
    }

    private double CyclesPerStep(int points, int vectors)
    {
        int operations = points * vectors * Accumulators;
        int loads = (_heldLoads * vectors) + (_tileLoads * points * (TileLoadIsVector ? vectors : 1));
        return (Math.Max(Math.Max(operations / 2.0, loads / 2.0), Latency) + StepCost) / points;
    }

    private (double Cost, Axis? First, int FirstTile, Axis? Second, int SecondTile) RectangleCost(int vectors)
    {
        if (_nest.Accumulators.Count == 0)
        {
            // A copy has nothing to hold; a tile is as many streams as a cache set bears when they lie 4 KiB apart.
            var copied = _nest.Sequential ? null : _nest.Tile.FirstOrDefault(static axis => !axis.IsTrivial);
            return (1, copied, copied is null ? 1 : Math.Min(copied.Extent, 8), null, 1);
        }

        var axes = _nest.Sequential ? [] : _nest.Tile.Where(axis => !axis.IsTrivial && !axis.IsSymbolic).ToList();
        if (axes.Count == 0)
        {
            return ((vectors * Accumulators) + 2 > _target.Registers ? double.MaxValue : CyclesPerStep(1, vectors), null, 1, null, 1);
        }

        int capacity = MaxPoints(vectors);
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
            // Average cycles of a point, over whole rectangles and what they leave.
            double cycles = 0;
            int pieces = 0;
            foreach (var firstRange in Planner.Split(first, firstTile))
            {
                foreach (var secondRange in Planner.Split(second, secondTile))
                {
                    int points = firstRange.Tile * secondRange.Tile;
                    long count = (long)(firstRange.End - firstRange.Start) * (secondRange.End - secondRange.Start);
                    cycles += count * CyclesPerStep(points, vectors);
                    pieces++;
                }
            }

            double cost = cycles / ((long)first.Extent * (second?.Extent ?? 1)) * (1 + (0.01 * pieces) + (secondTile > 1 ? 0.005 : 0));
            if (cost < best.Cost * 0.999)
            {
                best = (cost, first, firstTile, second, secondTile);
            }
        }
    }
}
