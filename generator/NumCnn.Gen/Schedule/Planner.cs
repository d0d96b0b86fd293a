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
    public const int StraightBudget = 64;

    /// <summary>Statements of a loop's body beyond which unrolling gains nothing: the loop's own cost is lost among them, and every one costs JIT time.</summary>
    public const int BodyBudget = 128;

    /// <summary>Operations of a store that are as much code as another statement, where a nest is to do without loops: a function of two or three more counts for nothing.</summary>
    private const int OperationsOfStatement = 8;

    /// <summary>Longer axes are never unrolled as a whole.</summary>
    public const int LongestUnrolled = 12;

    public static Plan Create(Nest nest, Target target, UnrollMode unroll, TileOverride? tileOverride = null)
    {
        var plan = new Plan();
        var forced = tileOverride?.Invoke(nest, target);
        var shape = new TileShape(nest, target, unroll, forced);
        bool straight = forced is null && TryStraight(nest, target, unroll, plan, shape);
        if (!straight)
        {
            AddPieces(nest, target, plan, shape);
            ChooseUnrolling(nest, plan, shape, unroll, forced?.BodyBudget ?? BodyBudget);
            plan.Stream = shape.Stream;
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

        // Each step that reads where to load names a place of its own; a loop's body has few of them.
        if (nest.Accesses().Any(static access => access.Offset is not null))
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
        return points * ((nest.Accumulators.Count * (steps + 1)) + nest.Stores.Count + (OperationsOfStores(nest) / OperationsOfStatement));
    }

    /// <summary>What the nest takes, by the planner's count: one thread, one sample.</summary>
    public static double Cycles(Nest nest, Target target, UnrollMode unroll)
    {
        if (nest.Accumulators.Count == 0)
        {
            return UnrolledStatements(nest, target);
        }

        var shape = new TileShape(nest, target, unroll);
        shape.BestVectors(0);
        double points = nest.Parallel.Aggregate(1.0, (product, axis) => product * Math.Max(1, axis == nest.Lane ? axis.Extent / target.Block : axis.Extent));
        return nest.Reduction.Aggregate(points * shape.Cycles, static (product, axis) => product * Math.Max(1, axis.Extent));
    }

    /// <summary>What a point's stores compute first, such as a function fused into their kernel.</summary>
    internal static int OperationsOfStores(Nest nest)
    {
        var seen = new HashSet<Expr>();
        int Count(Expr expr) => expr is Operation operation && seen.Add(expr) ? 1 + operation.Operands.Sum(Count) : 0;
        return nest.Stores.Sum(store => Count(store.Value));
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
        foreach (var literals in Literals(nest))
        {
            foreach (var firstRange in Split(first, firstTile, isOnly: second is null))
            {
                foreach (var secondRange in Split(second, secondTile, isOnly: false))
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
                            : literals.TryGetValue(axis, out int literal) ? new Range(literal, literal + 1, 1)
                            : new Range(0, axis.Extent, 1);
                    }

                    piece.Shared = shape.Shared(piece);
                    plan.Pieces.Add(piece);
                }
            }
        }
    }

    /// <summary>All values of the parallel axes that have to be literals: each has pieces of its own.</summary>
    private static List<Dictionary<Axis, int>> Literals(Nest nest)
    {
        var all = new List<Dictionary<Axis, int>> { new() };
        foreach (var axis in nest.Literals().Where(nest.Parallel.Contains))
        {
            all = [.. all.SelectMany(values => Enumerable.Range(0, axis.Extent).Select(value => new Dictionary<Axis, int>(values) { [axis] = value }))];
        }

        return all;
    }

    /// <summary>An axis in whole tiles and what they leave; where no other axis is tiled, two equal ones instead of a whole and a small one, whose few sums would wait for each other.</summary>
    internal static IEnumerable<Range> Split(Axis? axis, int tile, bool isOnly)
    {
        if (axis is null)
        {
            yield return new Range(0, 1, 1);
            yield break;
        }

        int main = axis.Extent / tile * tile;
        int rest = axis.Extent - main;
        bool isEven = isOnly && main > 0 && rest > 0 && rest * 2 < tile && (tile + rest) % 2 == 0;
        main -= isEven ? tile : 0;
        if (main > 0)
        {
            yield return new Range(0, main, tile);
        }

        if (main < axis.Extent)
        {
            yield return new Range(main, axis.Extent, isEven ? (tile + rest) / 2 : rest);
        }
    }

    private static void ChooseUnrolling(Nest nest, Plan plan, TileShape shape, UnrollMode unroll, int bodyBudget)
    {
        if (shape.Body is { } body)
        {
            foreach (var axis in nest.Reduction)
            {
                plan.Unroll[axis] = nest.Literals().Contains(axis) ? axis.Extent : body.CountOf(axis);
            }

            return;
        }

        int heaviest = plan.Pieces.Max(piece => shape.StatementsPerStep(piece));
        int budget = unroll == UnrollMode.Full ? StatementBudget / plan.Pieces.Count : Math.Min(bodyBudget, StatementBudget / plan.Pieces.Count);
        int limit = unroll == UnrollMode.None ? 1 : Math.Max(1, budget / Math.Max(1, heaviest));
        bool innermost = true;
        bool loops = false;
        var literals = nest.Literals();
        for (int i = nest.Reduction.Count - 1; i >= 0; i--)
        {
            var axis = nest.Reduction[i];
            int factor = literals.Contains(axis) ? axis.Extent : 1;
            if (!axis.IsSymbolic && axis != nest.Clip?.Axis && factor == 1 && !loops)
            {
                // Short axes (a kernel's taps, few channels) become straight lines; a long one stays a loop of a few steps.
                bool whole = axis.Extent <= limit && axis.Extent <= LongestUnrolled;
                factor = whole ? axis.Extent : innermost ? PartialUnroll(axis.Extent, Math.Min(limit, 4), heaviest) : 1;

                // Two steps that load the same element invite the JIT to keep it, and it has no register left for that.
                if (factor > 1 && plan.Pieces.Exists(piece => shape.Repeats(axis, factor, piece)))
                {
                    factor = 1;
                }
            }

            plan.Unroll[axis] = factor;
            limit = Math.Max(1, limit / factor);
            innermost &= axis.IsTrivial;

            // Copies of a loop gain nothing: what is around one stays a loop.
            loops |= factor < axis.Extent || axis.IsSymbolic;
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
        int operations = OperationsOfStores(nest);
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

            long steps = nest.Accumulators.Count == 0 ? 0 : piece.Shared is null ? unrolled * shape.StatementsPerStep(piece) : unrolled / shape.Body!.Steps * shape.StatementsPerBody(piece);
            total += copies * (steps + (shape.Points(piece) * (nest.Accumulators.Count + nest.Stores.Count + operations)));
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

        // A reader's stride puts the columns that its lanes read side by side.
        int phases = nest.Accesses().Where(static access => access.Phase is not null).Select(static access => access.Phase!.Phases).DefaultIfEmpty(1).Max();
        text += phases > 1 ? FormattableString.Invariant($". A row's columns lie in {phases} phases, every {Ordinal(phases)} together.") : ".";
        return plan.Stream is null ? text : text + " Lines from memory are fetched ahead.";
    }

    private static string Ordinal(int number) => FormattableString.Invariant($"{number}") + (number switch { 2 => "nd", 3 => "rd", _ => "th" });
}
