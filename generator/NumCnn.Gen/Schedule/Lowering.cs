namespace NumCnn.Gen.Schedule;

/// <summary>Turns a nest and its plan into loops, refs and statements. The order of every sum is the nest's; only independent points change places.</summary>
internal sealed class Lowering
{
    /// <summary>Operations inside each other in one line of code.</summary>
    private const int DeepestExpression = 1;

    private readonly Nest _nest;
    private readonly Plan _plan;
    private readonly Target _target;
    private readonly KernelNames _names;
    private readonly Dictionary<Axis, Position> _positions = [];
    private readonly List<Ref> _refs = [];
    private readonly IReadOnlyList<Access> _accesses;
    private List<Statement> _output = [];
    private List<string> _locals = [];
    private LoopVariable? _group;
    private List<string>? _straightLocals;

    private Lowering(Nest nest, Plan plan, Target target, KernelNames names)
    {
        _nest = nest;
        _plan = plan;
        _target = target;
        _names = names;
        _accesses = [.. nest.Accesses()];
    }

    public static List<Statement> Lower(Nest nest, Plan plan, Target target, KernelNames names)
    {
        var lowering = new Lowering(nest, plan, target, names);
        var samples = nest.Parallel.FirstOrDefault(static axis => axis.IsSymbolic);
        if (samples is null)
        {
            lowering.LowerPieces(plan.Pieces, 0);
        }
        else
        {
            lowering.LowerSampleTiles(samples);
        }

        return lowering._output;
    }

    /// <summary>Tiles of several samples, then the samples that are left: one counter runs through both loops.</summary>
    private void LowerSampleTiles(Axis samples)
    {
        if (_nest.Parallel[0] != samples)
        {
            throw new InvalidOperationException($"{_nest.Title}: samples have to be the outermost axis.");
        }

        var variable = new LoopVariable(_names.Fresh(samples.Name), 0, 0) { IsSample = true };
        _output.Add(new SampleCounterStatement(variable));
        foreach (var group in _plan.Pieces.GroupBy(piece => piece.Ranges[samples].Tile))
        {
            Nested(
                new LoopStatement(LoopKind.SampleTiles, variable) { Step = group.Key },
                samples,
                new Position(variable, 0),
                () => LowerPieces([.. group], 1));
        }
    }

    private void LowerPieces(IReadOnlyList<Piece> pieces, int depth)
    {
        var outer = _output;
        foreach (var piece in pieces)
        {
            _output = [];
            int refs = _refs.Count;
            _names.Push();
            Open(piece, depth);
            _names.Pop();
            _refs.RemoveRange(refs, _refs.Count - refs);

            // Locals of a piece without a loop would collide with the next one's.
            if (_output.Exists(static statement => statement is not (LoopStatement or CommentStatement)))
            {
                var block = new BlockStatement();
                block.Body.AddRange(_output);
                outer.Add(block);
            }
            else
            {
                outer.AddRange(_output);
            }
        }

        _output = outer;
    }

    /// <summary>An axis's value: a constant, perhaps with a loop variable.</summary>
    private readonly struct Position(LoopVariable? variable, int constant)
    {
        public LoopVariable? Variable { get; } = variable;

        public int Constant { get; } = constant;
    }

    /// <summary>A point of the register tile.</summary>
    private sealed class Point
    {
        public Dictionary<Axis, int> Offsets { get; } = [];

        public int LaneVector { get; set; }

        public int TileIndex { get; set; }

        public int VectorIndex { get; set; }
    }

    private void Open(Piece piece, int depth)
    {
        if (depth == _nest.Parallel.Count)
        {
            EmitTile(piece);
            return;
        }

        var axis = _nest.Parallel[depth];
        if (axis == _nest.Lane)
        {
            OpenLanes(piece, depth, axis);
            return;
        }

        var range = piece.Ranges[axis];
        int steps = (range.End - range.Start) / range.Tile;
        bool items = axis == _nest.Items && !axis.IsTrivial;
        if (steps == 1 && !items)
        {
            At(axis, new Position(null, range.Start), () => Open(piece, depth + 1));
        }
        else if (piece.Straight)
        {
            for (int step = 0; step < steps; step++)
            {
                At(axis, new Position(null, range.Start + (step * range.Tile)), () => Open(piece, depth + 1));
            }
        }
        else
        {
            var variable = new LoopVariable(_names.Fresh(axis.Name), range.Start, range.End - range.Tile);
            Nested(
                new LoopStatement(items ? LoopKind.Items : LoopKind.Counted, variable) { Start = range.Start, End = range.End, Step = range.Tile },
                axis,
                new Position(variable, 0),
                () => Open(piece, depth + 1));
        }
    }

    private void OpenLanes(Piece piece, int depth, Axis axis)
    {
        if (_target.Kind == VectorKind.Fixed512 && axis.Extent == piece.LaneVectors * _target.Block)
        {
            At(axis, new Position(null, 0), () => Open(piece, depth + 1));
            return;
        }

        var variable = new LoopVariable(_names.Fresh("l"), 0, axis.Extent) { LaneExtent = axis.Extent, LaneVectors = piece.LaneVectors };
        Nested(new LoopStatement(LoopKind.Lanes, variable) { End = axis.Extent, Step = piece.LaneVectors }, axis, new Position(variable, 0), () => Open(piece, depth + 1));
    }

    private void At(Axis axis, Position position, Action body)
    {
        _positions[axis] = position;
        body();
        _positions.Remove(axis);
    }

    /// <summary>Runs the body inside a loop, with names and refs that end with it.</summary>
    private void Nested(LoopStatement loop, Axis axis, Position position, Action body)
    {
        var outer = _output;
        int refs = _refs.Count;
        _names.Push();
        _names.Claim(loop.Variable.Name);
        _output = loop.Body;
        At(axis, position, body);
        _output = outer;
        _refs.RemoveRange(refs, _refs.Count - refs);
        _names.Pop();
        _output.Add(loop);
    }

    private void EmitTile(Piece piece)
    {
        if (_nest.SampleGroup > 0)
        {
            // A group's samples are summed by themselves and then added: the sum's order does not depend on the batch.
            var variable = new LoopVariable(_names.Fresh("first"), 0, 0) { IsSample = true };
            var loop = new LoopStatement(LoopKind.SampleGroups, variable) { Step = _nest.SampleGroup };
            var outer = _output;
            int refs = _refs.Count;
            DeclareRefs(piece);
            _names.Push();
            _names.Claim(variable.Name);
            _names.Claim("end");
            _group = variable;
            _output = loop.Body;
            EmitTileBody(piece);
            _output = outer;
            _group = null;
            _names.Pop();
            _refs.RemoveRange(refs, _refs.Count - refs);
            _output.Add(loop);
            return;
        }

        int before = _refs.Count;
        DeclareRefs(piece);
        EmitTileBody(piece);
        if (!piece.Straight)
        {
            _refs.RemoveRange(before, _refs.Count - before);
        }
    }

    private void EmitTileBody(Piece piece)
    {
        // Straight code shares its locals between all its steps; elsewhere they belong to the innermost parallel loop.
        var outerLocals = _locals;
        bool declares = !piece.Straight || _straightLocals is null;
        _locals = piece.Straight ? _straightLocals ??= [] : [];
        int start = _output.Count;
        var points = Points(piece);
        foreach (var point in points)
        {
            foreach (var accumulator in _nest.Accumulators)
            {
                Assign(AccumulatorName(accumulator, point, points), Build(accumulator.Initial, point, null));
            }
        }

        if (_nest.Accumulators.Count > 0)
        {
            Reduce(piece, points, 0);
        }

        foreach (var point in points)
        {
            EmitStores(point, points);
        }

        if (declares && _locals.Count > 0)
        {
            _output.Insert(start, new DeclareStatement(_locals));
        }

        _locals = outerLocals;
    }

    private List<Point> Points(Piece piece)
    {
        var tiles = new List<Dictionary<Axis, int>> { new() };
        var blocks = new List<(int Block, int Vector)>();
        foreach (var axis in _nest.Parallel)
        {
            if (axis == _nest.Lane || axis == _nest.Block || !piece.Ranges.TryGetValue(axis, out var range) || range.Tile == 1)
            {
                continue;
            }

            tiles = [.. tiles.SelectMany(tile => Enumerable.Range(0, range.Tile).Select(offset => new Dictionary<Axis, int>(tile) { [axis] = offset }))];
        }

        int blockTile = _nest.Block is { } block && piece.Ranges.TryGetValue(block, out var blockRange) ? blockRange.Tile : 1;
        for (int b = 0; b < blockTile; b++)
        {
            for (int v = 0; v < piece.LaneVectors; v++)
            {
                blocks.Add((b, v));
            }
        }

        var points = new List<Point>();
        for (int t = 0; t < tiles.Count; t++)
        {
            for (int v = 0; v < blocks.Count; v++)
            {
                var point = new Point { TileIndex = t, VectorIndex = v, LaneVector = blocks[v].Vector };
                foreach (var offset in tiles[t])
                {
                    point.Offsets[offset.Key] = offset.Value;
                }

                if (_nest.Block is { } axis && blockTile > 1)
                {
                    point.Offsets[axis] = blocks[v].Block;
                }

                points.Add(point);
            }
        }

        return points;
    }

    private void Reduce(Piece piece, List<Point> points, int depth)
    {
        if (depth == _nest.Reduction.Count)
        {
            EmitStep(points);
            return;
        }

        var axis = _nest.Reduction[depth];
        int factor = _plan.Unroll[axis];
        if (axis.IsSymbolic)
        {
            var sample = new LoopVariable(_names.Fresh(axis.Name), 0, 0) { IsSample = true };
            Nested(new LoopStatement(LoopKind.Samples, sample) { Group = _group }, axis, new Position(sample, 0), () => Step(depth));
            return;
        }

        int main = axis.Extent / factor * factor;
        if (factor == axis.Extent)
        {
            main = 0;
        }
        else
        {
            var variable = new LoopVariable(_names.Fresh(axis.Name), 0, main - factor);
            Nested(new LoopStatement(LoopKind.Counted, variable) { End = main, Step = factor }, axis, new Position(variable, 0), () =>
            {
                DeclareRefs(piece);
                for (int offset = 0; offset < factor; offset++)
                {
                    _positions[axis] = new Position(variable, offset);
                    Reduce(piece, points, depth + 1);
                }
            });
        }

        for (int value = main; value < axis.Extent; value++)
        {
            At(axis, new Position(null, value), () => Reduce(piece, points, depth + 1));
        }

        void Step(int current)
        {
            DeclareRefs(piece);
            Reduce(piece, points, current + 1);
        }
    }

    /// <summary>One step of the reduction: what is held is loaded, then for each broadcast its multiply-adds.</summary>
    private void EmitStep(List<Point> points)
    {
        Explain(points);
        int tiles = points[points.Count - 1].TileIndex + 1;
        int vectors = points.Count / tiles;
        var loads = new List<Load>();
        var seen = new HashSet<Expr>();
        foreach (var accumulator in _nest.Accumulators)
        {
            FindLoads(accumulator.Update, seen, loads);
        }

        var held = new Dictionary<(Load, int, int), string>();
        foreach (var load in loads)
        {
            bool onTile = DependsOnTile(load, points[0]);
            bool onVectors = DependsOnVectors(load);
            if (!onTile && tiles > 1)
            {
                for (int v = 0; v < (onVectors ? vectors : 1); v++)
                {
                    string name = Local(_names.OfStorage(load.Access.Storage) + Digits(v, onVectors ? vectors : 1));
                    Assign(name, Build(load, points[v], null));
                    Hold(load, v, onVectors, name, tile: -1);
                }
            }
            else if (!onTile && !onVectors && vectors > 1)
            {
                string name = Local(_names.OfStorage(load.Access.Storage) + "0");
                Assign(name, Build(load, points[0], null));
                Hold(load, 0, onVectors, name, tile: -1);
            }
        }

        for (int t = 0; t < tiles; t++)
        {
            foreach (var load in loads)
            {
                if (DependsOnTile(load, points[0]) && !DependsOnVectors(load) && vectors > 1)
                {
                    string name = Local(_names.OfStorage(load.Access.Storage) + "0");
                    Assign(name, Build(load, points[t * vectors], null));
                    Hold(load, 0, false, name, t);
                }
            }

            for (int v = 0; v < vectors; v++)
            {
                var point = points[(t * vectors) + v];
                foreach (var accumulator in _nest.Accumulators)
                {
                    Assign(AccumulatorName(accumulator, point, points), Build(accumulator.Update, point, held, points));
                }
            }
        }

        void Hold(Load load, int vector, bool onVectors, string name, int tile)
        {
            for (int t = tile < 0 ? 0 : tile; t <= (tile < 0 ? tiles - 1 : tile); t++)
            {
                for (int v = onVectors ? vector : 0; v <= (onVectors ? vector : vectors - 1); v++)
                {
                    held[(load, t, v)] = name;
                }
            }
        }
    }

    /// <summary>Names the taps or channels of an unrolled step of several statements.</summary>
    private void Explain(List<Point> points)
    {
        var unrolled = _nest.Reduction.Where(axis => !axis.IsTrivial && !axis.IsSymbolic && _plan.Unroll[axis] == axis.Extent).ToList();
        if (unrolled.Count > 0 && points.Count > 2)
        {
            _output.Add(new CommentStatement(string.Join(", ", unrolled.Select(axis => FormattableString.Invariant($"{axis.Name} = {_positions[axis].Constant}")))));
        }
    }

    private void EmitStores(Point point, List<Point> points)
    {
        var uses = new Dictionary<Expr, int>();
        foreach (var store in _nest.Stores)
        {
            CountUses(store.Value, uses);
        }

        var shared = new Dictionary<Expr, string>();
        var spilled = new HashSet<string>(StringComparer.Ordinal);
        int next = 0;
        foreach (var store in _nest.Stores)
        {
            var value = BuildShared(store.Value, point, points, uses, shared, spilled, ref next);
            _output.Add(new StoreStatement(Operand(store.Target, point), value, IsVector(store.Target)));
        }
    }

    private Code BuildShared(Expr expr, Point point, List<Point> points, Dictionary<Expr, int> uses, Dictionary<Expr, string> shared, HashSet<string> spilled, ref int next)
    {
        if (shared.TryGetValue(expr, out string? known))
        {
            return new LocalCode(known);
        }

        Code code;
        if (expr is Operation operation)
        {
            var operands = new Code[operation.Operands.Count];
            for (int i = 0; i < operands.Length; i++)
            {
                var operand = BuildShared(operation.Operands[i], point, points, uses, shared, spilled, ref next);

                // As plain code a limit names its operands twice.
                int deepest = _target.Kind == VectorKind.None && operation.Code is (OpCode.MaxNative or OpCode.MinNative) ? 0 : DeepestExpression;
                operands[i] = Depth(operand) > deepest ? Spill(operand, spilled, ref next) : operand;
            }

            code = new OperationCode(operation.Code, operands);
        }
        else
        {
            code = Build(expr, point, null, points);
        }

        if (uses[expr] > 1 && expr is (Operation or Load))
        {
            string name = Local("t" + next.ToString(System.Globalization.CultureInfo.InvariantCulture));
            next++;
            Assign(name, code);
            shared[expr] = name;
            return new LocalCode(name);
        }

        return code;
    }

    /// <summary>A deep expression goes on in a local of its own, a line a step, so that it can be read.</summary>
    private LocalCode Spill(Code code, HashSet<string> spilled, ref int next)
    {
        string? name = Locals(code).FirstOrDefault(spilled.Contains);
        if (name is null)
        {
            name = Local("t" + next.ToString(System.Globalization.CultureInfo.InvariantCulture));
            next++;
            spilled.Add(name);
        }

        Assign(name, code);
        return new LocalCode(name);
    }

    private static int Depth(Code code) => code is OperationCode operation ? 1 + operation.Operands.Max(Depth) : 0;

    private static IEnumerable<string> Locals(Code code) => code switch
    {
        LocalCode local => [local.Name],
        OperationCode operation => operation.Operands.SelectMany(Locals),
        _ => [],
    };

    private static void CountUses(Expr expr, Dictionary<Expr, int> uses)
    {
        uses.TryGetValue(expr, out int count);
        uses[expr] = count + 1;
        if (count == 0 && expr is Operation operation)
        {
            foreach (var operand in operation.Operands)
            {
                CountUses(operand, uses);
            }
        }
    }

    private static void FindLoads(Expr expr, HashSet<Expr> seen, List<Load> loads)
    {
        if (!seen.Add(expr))
        {
            return;
        }

        if (expr is Load load)
        {
            loads.Add(load);
        }
        else if (expr is Operation operation)
        {
            foreach (var operand in operation.Operands)
            {
                FindLoads(operand, seen, loads);
            }
        }
    }

    private Code Build(Expr expr, Point point, Dictionary<(Load, int, int), string>? held, List<Point>? points = null)
    {
        switch (expr)
        {
            case Constant constant:
                return new ConstantCode(constant.Value);
            case Scalar scalar:
                return new ScalarCode(scalar.Name);
            case Accumulator accumulator:
                return new LocalCode(AccumulatorName(accumulator, point, points!));
            case Load load:
                if (held is not null && held.TryGetValue((load, point.TileIndex, point.VectorIndex), out string? name))
                {
                    return new LocalCode(name);
                }

                return new LoadCode(Operand(load.Access, point), IsVector(load.Access) ? LoadKind.Vector : _nest.Lane is null ? LoadKind.Element : LoadKind.Broadcast);
            default:
                var operation = (Operation)expr;
                return new OperationCode(operation.Code, [.. operation.Operands.Select(operand => Build(operand, point, held, points))]);
        }
    }

    private bool IsVector(Access access)
    {
        if (_nest.Lane is null)
        {
            return false;
        }

        int factor = access.Address.FactorOf(_nest.Lane);
        return factor switch
        {
            0 => false,
            1 => true,
            _ => throw new InvalidOperationException($"{_nest.Title}: the lanes of {access.Storage.Name} lie {factor} apart."),
        };
    }

    private bool DependsOnVectors(Load load)
        => (_nest.Lane is { } lane && load.Access.Address.FactorOf(lane) != 0) || (_nest.Block is { } block && load.Access.Address.FactorOf(block) != 0);

    private bool DependsOnTile(Load load, Point point)
        => point.Offsets.Keys.Any(axis => axis != _nest.Block && load.Access.Address.FactorOf(axis) != 0);

    private string AccumulatorName(Accumulator accumulator, Point point, List<Point> points)
    {
        int tiles = points[points.Count - 1].TileIndex + 1;
        int vectors = points.Count / tiles;
        string name = accumulator.Name + Digits(point.TileIndex, tiles) + (tiles > 1 && vectors > 1 ? "_" : string.Empty) + Digits(point.VectorIndex, vectors);
        return Local(name);
    }

    private static string Digits(int index, int count) => count > 1 ? index.ToString(System.Globalization.CultureInfo.InvariantCulture) : string.Empty;

    private string Local(string wanted)
    {
        string name = _names.IsTaken(wanted) ? wanted + "v" : wanted;
        if (!_locals.Contains(name))
        {
            _locals.Add(name);
        }

        return name;
    }

    private void Assign(string local, Code value) => _output.Add(new AssignStatement(local, value, declare: false));

    /// <summary>Refs for every access, as far as the loops that are open move it.</summary>
    private void DeclareRefs(Piece piece)
    {
        foreach (var access in _accesses)
        {
            foreach (int sample in SampleOffsets(access, piece))
            {
                var terms = Terms(access);
                if (terms.Count > 0)
                {
                    FindRef(access.Storage, terms, sample);
                }
            }
        }
    }

    private IEnumerable<int> SampleOffsets(Access access, Piece piece)
    {
        var samples = _nest.Parallel.FirstOrDefault(axis => axis.IsSymbolic);
        int count = samples is not null && access.Address.FactorOf(samples) != 0 ? piece.Ranges[samples].Tile : 1;
        return Enumerable.Range(0, count);
    }

    private List<(LoopVariable Variable, int Factor)> Terms(Access access)
    {
        var terms = new List<(LoopVariable Variable, int Factor)>();
        foreach (var (axis, factor) in access.Address.Terms)
        {
            if (_positions.TryGetValue(axis, out var position) && position.Variable is { } variable)
            {
                terms.Add((variable, factor));
            }
        }

        return terms;
    }

    private Ref FindRef(Storage storage, List<(LoopVariable Variable, int Factor)> terms, int sampleOffset)
    {
        Ref? best = null;
        foreach (var candidate in _refs)
        {
            if (candidate.Storage == storage && (candidate.SampleOffset == sampleOffset || candidate.SampleOffset == 0) && candidate.Terms.All(terms.Contains)
                && (best is null || candidate.Terms.Count > best.Terms.Count || (candidate.Terms.Count == best.Terms.Count && candidate.SampleOffset == sampleOffset)))
            {
                best = candidate;
            }
        }

        best ??= _names.Parameter(storage);
        if (best.Terms.Count == terms.Count && best.SampleOffset == sampleOffset)
        {
            return best;
        }

        var moves = terms.Where(term => !best.Terms.Contains(term)).ToList();
        string suffix = string.Concat(terms.Select(static term => char.ToUpperInvariant(term.Variable.Name[0]) + term.Variable.Name.Substring(1)));
        string number = sampleOffset > 0 ? sampleOffset.ToString(System.Globalization.CultureInfo.InvariantCulture) : string.Empty;
        var created = new Ref(_names.Fresh(_names.OfStorage(storage) + suffix + number), storage, best, terms, sampleOffset);
        _refs.Add(created);
        _output.Add(new RefStatement(created, moves));
        return created;
    }

    private MemoryOperand Operand(Access access, Point point)
    {
        int displacement = access.Address.Constant;
        int sampleOffset = 0;
        foreach (var (axis, factor) in access.Address.Terms)
        {
            point.Offsets.TryGetValue(axis, out int offset);
            if (axis.IsSymbolic)
            {
                sampleOffset = offset;
                continue;
            }

            displacement += factor * offset;
            if (_positions.TryGetValue(axis, out var position))
            {
                displacement += factor * position.Constant;
            }
        }

        var start = FindRef(access.Storage, Terms(access), sampleOffset);
        return new MemoryOperand(start, displacement, IsVector(access) ? point.LaneVector : 0);
    }
}
