namespace NumCnn.Gen.Schedule;

/// <summary>Turns a nest and its plan into loops, refs and statements. The order of every sum is the nest's; only independent points change places.</summary>
internal sealed partial class Lowering
{
    /// <summary>Operations inside each other in one line of code.</summary>
    private const int DeepestExpression = 1;

    /// <summary>How far ahead of its steps a tile asks for what comes from memory: as far as the machine computes while a line is on its way.</summary>
    private const int PrefetchedBytes = 4 << 10;

    private readonly Nest _nest;
    private readonly Plan _plan;
    private readonly Target _target;
    private readonly KernelNames _names;
    private readonly Dictionary<Axis, Position> _positions = [];
    private readonly List<Ref> _refs = [];
    private readonly IReadOnlyList<Access> _accesses;
    private List<Statement> _output = [];
    private List<string> _locals = [];
    private readonly Dictionary<(Ref Start, Ref Number, int Displacement), Ref> _shifted = [];
    private LoopVariable? _group;
    private List<string>? _straightLocals;
    private readonly Dictionary<(int Count, int Vectors), string> _masks = [];

    private readonly IReadOnlyList<(string Start, int Lines)> _fetches;
    private readonly int _fetchEvery;
    private readonly int? _fetchDepth;

    private Lowering(Nest nest, Plan plan, Target target, KernelNames names, IReadOnlyList<(string Start, int Lines)> fetches, int fetchEvery)
    {
        _fetches = fetches;
        _fetchEvery = fetchEvery;
        _fetchDepth = fetches.Count == 0 ? null : FetchPlaces.Of(nest, plan, target, fetchEvery).Depth;
        _nest = nest;
        _plan = plan;
        _target = target;
        _names = names;
        _accesses = [.. nest.Accesses()];
    }

    /// <param name="nest">What is computed.</param>
    /// <param name="plan">How.</param>
    /// <param name="target">On which vectors.</param>
    /// <param name="names">The kernel's names.</param>
    /// <param name="fetches">What is asked for at each of the nest's <see cref="FetchPlaces"/>.</param>
    /// <param name="fetchEvery">Of how many steps of a loop over sums one is such a place.</param>
    public static List<Statement> Lower(Nest nest, Plan plan, Target target, KernelNames names, IReadOnlyList<(string Start, int Lines)> fetches, int fetchEvery = 1)
    {
        var lowering = new Lowering(nest, plan, target, names, fetches, fetchEvery);
        var samples = nest.Parallel.FirstOrDefault(static axis => axis.IsSymbolic);
        if (samples is null)
        {
            lowering.LowerOrdered(0);
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

        var variable = new LoopVariable(_names.Fresh(samples.Name), 0, 0) { IsSample = true, Number = samples.Number };
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

    /// <summary>Loops whose order counts stand around all pieces, if there are several.</summary>
    private void LowerOrdered(int depth)
    {
        if (depth == _nest.Ordered || _plan.Pieces.Count == 1)
        {
            LowerPieces(_plan.Pieces, depth);
            return;
        }

        OpenRange(_nest.Parallel[depth], _plan.Pieces[0].Ranges[_nest.Parallel[depth]], straight: false, () => LowerOrdered(depth + 1));
    }

    private void LowerPieces(IReadOnlyList<Piece> pieces, int depth)
    {
        var outer = _output;
        foreach (var piece in pieces)
        {
            _output = [];
            int refs = _refs.Count;
            _names.Push();
            ExplainLiterals(piece);
            Open(piece, depth);
            _names.Pop();
            _refs.RemoveRange(refs, _refs.Count - refs);

            // Locals of a piece without a loop would collide with the next one's.
            if (pieces.Count > 1 && _output.Exists(static statement => statement is not (LoopStatement or CommentStatement)))
            {
                outer.Add(new BlockStatement(_output));
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

        /// <summary>The locals that hold the point's sums.</summary>
        public Dictionary<Accumulator, string> Names { get; } = [];
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

        OpenRange(axis, piece.Ranges[axis], piece.Straight, () => Open(piece, depth + 1));
    }

    /// <summary>A range's tiles: a loop, or one after another.</summary>
    private void OpenRange(Axis axis, Range range, bool straight, Action body)
    {
        int steps = (range.End - range.Start) / range.Tile;
        bool items = axis == _nest.Items && !axis.IsTrivial;
        if (steps == 1 && !items)
        {
            At(axis, new Position(null, range.Start), body);
        }
        else if (straight)
        {
            for (int step = 0; step < steps; step++)
            {
                At(axis, new Position(null, range.Start + (step * range.Tile)), body);
            }
        }
        else
        {
            if (axis == _nest.Parts)
            {
                _output.Add(new CommentStatement("rows in parts, whose pixels stay in the first cache"));
            }

            var variable = new LoopVariable(_names.Fresh(axis.Name), range.Start, range.End - range.Tile);
            Nested(
                new LoopStatement(items ? LoopKind.Items : LoopKind.Counted, variable) { Start = range.Start, End = range.End, Step = range.Tile },
                axis,
                new Position(variable, 0),
                body);
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
            var variable = new LoopVariable(_names.Fresh("first"), 0, 0) { IsSample = true, Number = "samples" };
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
        _names.Push();
        if (_fetchDepth == FetchPlaces.Tile)
        {
            Fetch(null);
        }

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

        _masks.Clear();
        foreach (var point in points)
        {
            EmitStores(point, points);
        }

        _names.Pop();
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
}
