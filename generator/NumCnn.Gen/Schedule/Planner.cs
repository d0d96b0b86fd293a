using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

/// <summary>
/// Chooses a plan by counting: accumulators against registers, loads and latency against multiply-adds, statements
/// against the JIT's budget. It looks at axes and addresses only, never at which layer a nest comes from.
/// </summary>
internal static class Planner
{
    /// <summary>A method's vector statements. The JIT stops optimising a method of 60,000 bytes of IL, at about 40 bytes a statement.</summary>
    public const int StatementBudget = 900;

    /// <summary>Up to here a nest is unrolled without a loop.</summary>
    private const int StraightBudget = 64;

    /// <summary>Statements of a loop's body beyond which unrolling gains nothing: the loop's own cost is lost among them, and every one costs JIT time.</summary>
    private const int BodyBudget = 128;

    /// <summary>Longer axes are never unrolled as a whole.</summary>
    private const int LongestUnrolled = 12;

    /// <summary>Cycles from a multiply-add to the next one that needs its result.</summary>
    private const int Latency = 4;

    public static Plan Create(Nest nest, Target target, UnrollMode unroll)
    {
        var plan = new Plan();
        var shape = new TileShape(nest, target);
        bool straight = TryStraight(nest, target, unroll, plan, shape);
        if (!straight)
        {
            AddPieces(nest, target, plan, shape);
            ChooseUnrolling(nest, plan, shape, unroll);
        }

        plan.Statements = CountStatements(nest, plan, shape);
        plan.Description = Describe(nest, target, plan);
        return plan;
    }

    /// <summary>Statements of the nest without any loop, about; <see cref="long.MaxValue"/> where a loop is unavoidable.</summary>
    public static long StraightStatements(Nest nest, Target target)
    {
        if (nest.Parallel.Concat(nest.Reduction).Any(axis => axis.IsSymbolic) || nest.Items is { IsTrivial: false })
        {
            return long.MaxValue;
        }

        if (nest.Lane is not null && (target.Kind == VectorKind.Variable || nest.Lane.Extent > target.Block))
        {
            return long.MaxValue;
        }

        return UnrolledStatements(nest, target);
    }

    /// <summary>Statements of the nest if every loop but those over samples were unrolled.</summary>
    public static long UnrolledStatements(Nest nest, Target target)
    {
        static long Product(IEnumerable<int> extents) => extents.Aggregate(1L, static (product, extent) => Math.Min(product * Math.Max(1, extent), int.MaxValue));
        long points = Product(nest.Parallel.Select(axis => axis == nest.Lane ? axis.Extent / target.Block : axis.Extent));
        long steps = Product(nest.Reduction.Select(static axis => axis.Extent));
        return points * ((nest.Accumulators.Count * (steps + 1)) + nest.Stores.Count);
    }

    private static bool TryStraight(Nest nest, Target target, UnrollMode unroll, Plan plan, TileShape shape)
    {
        long statements = StraightStatements(nest, target);
        if (unroll == UnrollMode.None || statements > (unroll == UnrollMode.Full ? StatementBudget : StraightBudget))
        {
            return false;
        }

        // Without loops a tile is only an order of statements: one point after another keeps the fewest values alive.
        int capacity = shape.MaxPoints(1);
        var tiled = nest.Tile.FirstOrDefault(axis => !axis.IsTrivial);
        var piece = new Piece { Straight = true };
        foreach (var axis in nest.Parallel)
        {
            if (axis != nest.Lane)
            {
                int tile = axis == tiled && !nest.Sequential ? Divisor(axis.Extent, capacity) : 1;
                piece.Ranges[axis] = new Range(0, axis.Extent, tile);
            }
        }

        plan.Pieces.Add(piece);
        foreach (var axis in nest.Reduction)
        {
            plan.Unroll[axis] = axis.Extent;
        }

        return true;
    }

    private static int Divisor(int extent, int limit)
    {
        for (int tile = Math.Min(extent, limit); tile > 1; tile--)
        {
            if (extent % tile == 0)
            {
                return tile;
            }
        }

        return 1;
    }

    private static void AddPieces(Nest nest, Target target, Plan plan, TileShape shape)
    {
        var samples = nest.Tile.FirstOrDefault(axis => axis.IsSymbolic);
        if (samples is null)
        {
            AddBlocks(nest, target, plan, shape, fixedTile: null, 1);
            return;
        }

        // A batch is covered by tiles of several samples, which share each loaded weight, and then one by one.
        int tile = shape.BestSampleTile();
        if (tile > 1)
        {
            AddBlocks(nest, target, plan, shape, samples, tile);
        }

        AddBlocks(nest, target, plan, shape, samples, 1);
    }

    private static void AddBlocks(Nest nest, Target target, Plan plan, TileShape shape, Axis? fixedTile, int fixedCount)
    {
        int vectors = shape.BestVectors(fixedTile is null ? 0 : fixedCount);
        int laneVectors = shape.LaneVectors(vectors);
        int blocks = Math.Max(1, vectors / laneVectors);
        var block = nest.Block;
        if (block is null || block.IsTrivial)
        {
            AddRectangles(nest, plan, shape, null, null, laneVectors, laneVectors, fixedTile, fixedCount);
            return;
        }

        int main = block.Extent / blocks * blocks;
        AddRectangles(nest, plan, shape, block, new Range(0, main, blocks), laneVectors, blocks * laneVectors, fixedTile, fixedCount);
        for (int start = main; start < block.Extent;)
        {
            int rest = HighestPower(block.Extent - start);
            AddRectangles(nest, plan, shape, block, new Range(start, start + rest, rest), laneVectors, rest * laneVectors, fixedTile, fixedCount);
            start += rest;
        }
    }

    private static int HighestPower(int value)
    {
        int power = 1;
        while (power * 2 <= value)
        {
            power *= 2;
        }

        return power;
    }

    private static void AddRectangles(
        Nest nest, Plan plan, TileShape shape, Axis? block, Range? blockRange, int laneVectors, int vectors, Axis? fixedTile, int fixedCount)
    {
        var (first, firstTile, second, secondTile) = fixedTile is null ? shape.BestRectangle(vectors) : (null, 1, null, 1);
        foreach (var firstRange in Split(first, firstTile))
        {
            foreach (var secondRange in Split(second, secondTile))
            {
                var piece = new Piece { LaneVectors = laneVectors };
                foreach (var axis in nest.Parallel)
                {
                    if (axis == nest.Lane)
                    {
                        continue;
                    }

                    piece.Ranges[axis] = axis == block ? blockRange!
                        : axis == first ? firstRange
                        : axis == second ? secondRange
                        : axis == fixedTile ? new Range(0, 0, fixedCount)
                        : new Range(0, axis.Extent, 1);
                }

                plan.Pieces.Add(piece);
            }
        }
    }

    private static IEnumerable<Range> Split(Axis? axis, int tile)
    {
        if (axis is null)
        {
            yield return new Range(0, 1, 1);
            yield break;
        }

        int main = axis.Extent / tile * tile;
        if (main > 0)
        {
            yield return new Range(0, main, tile);
        }

        if (main < axis.Extent)
        {
            yield return new Range(main, axis.Extent, axis.Extent - main);
        }
    }

    private static void ChooseUnrolling(Nest nest, Plan plan, TileShape shape, UnrollMode unroll)
    {
        int heaviest = plan.Pieces.Max(piece => shape.StatementsPerStep(piece));
        int budget = unroll == UnrollMode.Full ? StatementBudget / plan.Pieces.Count : Math.Min(BodyBudget, StatementBudget / plan.Pieces.Count);
        int limit = unroll == UnrollMode.None ? 1 : Math.Max(1, budget / Math.Max(1, heaviest));
        bool innermost = true;
        for (int i = nest.Reduction.Count - 1; i >= 0; i--)
        {
            var axis = nest.Reduction[i];
            int factor = 1;
            if (!axis.IsSymbolic)
            {
                // Short axes (a kernel's taps, few channels) become straight lines; a long one stays a loop of a few steps.
                bool whole = axis.Extent <= limit && axis.Extent <= LongestUnrolled;
                factor = whole ? axis.Extent : innermost ? PartialUnroll(axis.Extent, Math.Min(limit, 4), heaviest) : 1;

                // Two steps that broadcast the same element invite the JIT to keep it, and it has no register left for that.
                if (factor > 1 && plan.Pieces.Exists(piece => shape.Repeats(axis, factor, piece)))
                {
                    factor = 1;
                }
            }

            plan.Unroll[axis] = factor;
            limit = Math.Max(1, limit / factor);
            innermost &= axis.IsTrivial;
        }
    }

    private static int PartialUnroll(int extent, int limit, int heaviest)
    {
        int wanted = heaviest >= 16 ? 2 : 4;
        for (int factor = Math.Min(wanted, limit); factor > 1; factor--)
        {
            if (extent % factor == 0)
            {
                return factor;
            }
        }

        return heaviest >= 16 ? 1 : Math.Max(1, Math.Min(wanted, limit));
    }

    private static int CountStatements(Nest nest, Plan plan, TileShape shape)
    {
        long unrolled = nest.Reduction.Aggregate(1L, (product, axis) => product * Math.Max(1, plan.Unroll[axis]));
        long total = 0;
        foreach (var piece in plan.Pieces)
        {
            long copies = 1;
            if (piece.Straight)
            {
                foreach (var range in piece.Ranges.Values)
                {
                    copies *= Math.Max(1, (range.End - range.Start) / range.Tile);
                }
            }

            total += copies * ((unrolled * (nest.Accumulators.Count == 0 ? 0 : shape.StatementsPerStep(piece))) + (shape.Points(piece) * (nest.Accumulators.Count + nest.Stores.Count)));
        }

        return (int)Math.Min(total, int.MaxValue);
    }

    private static string Describe(Nest nest, Target target, Plan plan)
    {
        var piece = plan.Pieces[0];
        var tile = piece.Ranges.Where(range => range.Value.Tile > 1).Select(range => FormattableString.Invariant($"{range.Value.Tile} {range.Key.Name}")).ToList();
        string unrolled = string.Join(", ", nest.Reduction.Where(axis => !axis.IsTrivial && plan.Unroll[axis] == axis.Extent).Select(axis => axis.Name));
        string lanes = nest.Lane is null ? "One element at a time" : $"Lanes run over {nest.Lane.Name}";
        string text = lanes;
        if (piece.LaneVectors > 1)
        {
            text += FormattableString.Invariant($", {piece.LaneVectors} vectors of them");
        }

        if (tile.Count > 0)
        {
            text += nest.Accumulators.Count > 0 ? $"; {string.Join(" × ", tile)} stay in registers" : $"; {string.Join(" × ", tile)} at a time";
        }

        if (piece.Straight)
        {
            text += "; no loop";
        }
        else if (unrolled.Length > 0)
        {
            text += $"; {unrolled} unrolled";
        }

        return text + ".";
    }

    /// <summary>The costs of a nest's tiles.</summary>
    private sealed class TileShape
    {
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
            return Math.Max(Math.Max(operations / 2.0, loads / 2.0), Latency) / points;
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
                foreach (var firstRange in Split(first, firstTile))
                {
                    foreach (var secondRange in Split(second, secondTile))
                    {
                        int points = firstRange.Tile * secondRange.Tile;
                        long count = (long)(firstRange.End - firstRange.Start) * (secondRange.End - secondRange.Start);
                        cycles += count * CyclesPerStep(points, vectors);
                        pieces++;
                    }
                }

                double cost = cycles / ((long)first.Extent * (second?.Extent ?? 1)) * (1 + (0.01 * pieces));
                if (cost < best.Cost * 0.999)
                {
                    best = (cost, first, firstTile, second, secondTile);
                }
            }
        }
    }
}
