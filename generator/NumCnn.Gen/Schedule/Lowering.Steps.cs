namespace NumCnn.Gen.Schedule;

/// <content>The statements of a tile: its sums, step by step, and its stores.</content>
internal sealed partial class Lowering
{
    private void Reduce(Piece piece, List<Point> points, int depth)
    {
        if (depth == _nest.Reduction.Count)
        {
            EmitStep(piece, points);
            return;
        }

        if (piece.Shared is not null && StraightSteps(depth, [[]]) is { } steps)
        {
            EmitShared(piece, points, steps);
            return;
        }

        var axis = _nest.Reduction[depth];
        int factor = _plan.Unroll[axis];
        if (axis.IsSymbolic)
        {
            var sample = new LoopVariable(_names.Fresh(axis.Name), 0, 0) { IsSample = true, Number = axis.Number, Offset = _names.Fresh("offset") };
            Nested(new LoopStatement(LoopKind.Samples, sample) { Group = _group }, axis, new Position(sample, 0), () => Step(depth));
            return;
        }

        if (axis == _nest.Clip?.Axis)
        {
            ReduceClipped(piece, points, depth, _nest.Clip);
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
                FetchAt(depth, variable, factor);
                DeclareRefs(piece);
                var parts = Enumerable.Range(0, factor).Select(offset => new Dictionary<Axis, Position> { [axis] = new(variable, offset) });
                if (piece.Shared is not null && StraightSteps(depth + 1, [.. parts]) is { } body)
                {
                    EmitShared(piece, points, body);
                    return;
                }

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

    /// <summary>
    /// One step of the reduction. A tile is a rectangle of an outer and an inner axis: what does not move with the outer one
    /// is loaded first and held, what moves with it alone is loaded once for each of its values, and the rest goes straight
    /// into the multiply-adds.
    /// </summary>
    private void EmitStep(Piece piece, List<Point> points)
    {
        Explain(points);
        Prefetch(points);
        _shifted.Clear();
        int tiles = points[points.Count - 1].TileIndex + 1;
        int vectors = points.Count / tiles;
        var tiled = TileAxes(piece);
        var outer = tiled.Count > 0 ? tiled[0] : null;
        int inner = outer is null ? 1 : tiles / piece.Ranges[outer].Tile;
        var loads = new List<Load>();
        var readers = new Dictionary<Access, int>();
        foreach (var accumulator in _nest.Accumulators)
        {
            int before = loads.Count;
            FindLoads(accumulator.Update, [], loads);
            foreach (var access in loads.Skip(before).Select(static load => load.Access).Distinct())
            {
                readers[access] = readers.TryGetValue(access, out int count) ? count + 1 : 1;
            }
        }

        // Sums side by side that read the same element have loads of their own, one of which serves them all.
        var alike = loads.ToLookup(static load => load.Access);
        loads = [.. alike.Select(static own => own.First())];
        var held = new Dictionary<(Load, int, int), string>();
        var onOuter = loads.FindAll(load => outer is not null && load.Access.DependsOn(outer) && !OnInner(load));
        var onBoth = loads.FindAll(load => outer is not null && load.Access.DependsOn(outer) && OnInner(load));
        foreach (var load in loads.Except(onOuter).Except(onBoth))
        {
            Hold(load, 0, tiles);
        }

        for (int first = 0; first < tiles; first += inner)
        {
            foreach (var load in onOuter)
            {
                Hold(load, first, inner);
            }

            for (int t = first; t < first + inner; t++)
            {
                foreach (var load in onBoth)
                {
                    Hold(load, t, 1);
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
        }

        bool OnInner(Load load) => tiled.Skip(1).Any(load.Access.DependsOn);

        // Locals for a load over some of the tile's points, if any of them serves more than one.
        void Hold(Load load, int firstTile, int tileCount)
        {
            int moves = tileCount == 1 || !OnInner(load) ? 1 : inner;
            int across = DependsOnVectors(load) ? vectors : 1;
            if (moves * across == tileCount * vectors && readers[load.Access] == 1)
            {
                return;
            }

            // Elements of one storage that go by several addresses each have names of their own.
            var siblings = loads.FindAll(other => other.Access.Storage == load.Access.Storage);
            int number = siblings.IndexOf(load);

            // A broadcast that others replace in turn always goes by the same name.
            bool passing = moves * across == 1 && (tileCount < tiles || tiles == 1);
            for (int m = 0; m < moves; m++)
            {
                for (int v = 0; v < across; v++)
                {
                    int index = (((number * moves) + m) * across) + v;
                    string name = Local(_names.OfStorage(load.Access.Storage) + (passing ? Digits(number, 2) : Digits(index, moves * across * siblings.Count)));
                    Assign(name, Build(load, points[((firstTile + m) * vectors) + v], null));
                    for (int t = firstTile + m; t < firstTile + tileCount; t += moves)
                    {
                        for (int w = v; w < vectors; w += across)
                        {
                            foreach (var own in alike[load.Access])
                            {
                                held[(own, t, w)] = name;
                            }
                        }
                    }
                }
            }
        }
    }

    private void FetchAt(int depth, LoopVariable? variable = null, int step = 1)
    {
        if (_fetchDepth == depth)
        {
            Fetch(variable, step);
        }
    }

    /// <summary>Asks for some lines of what other kernels will read: each time, or where a loop's variable says so.</summary>
    private void Fetch(LoopVariable? variable, int step = 1) => _output.Add(
        new FetchStatement([.. _fetches.Select(fetch => (fetch.Start, _names.Fresh("line"), fetch.Lines))], _target.Block)
        {
            Variable = _fetchEvery > 1 ? variable : null,
            Multiple = _fetchEvery * step,
        });

    /// <summary>Asks for the lines that a step some iterations on reads from memory.</summary>
    private void Prefetch(List<Point> points)
    {
        if (_plan.Stream is not { } stream)
        {
            return;
        }

        foreach (var operand in points.Select(point => Operand(stream, point)).Distinct())
        {
            int vectors = operand.Vectors * _target.Widths[_target.Widths.Count - 1];
            if ((operand.Displacement + vectors) % _target.Block == 0)
            {
                _output.Add(new PrefetchStatement(new MemoryOperand(operand.Start, operand.Displacement + vectors + (PrefetchedBytes / _target.ElementSize), 0)));
            }
        }
    }

    /// <summary>The axes that a piece's register tile covers, the outer one first.</summary>
    private List<Axis> TileAxes(Piece piece)
        => [.. _nest.Parallel.Where(axis => axis != _nest.Lane && axis != _nest.Block && piece.Ranges.TryGetValue(axis, out var range) && range.Tile > 1)];

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
        _shifted.Clear();
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
            bool isVector = IsVector(store.Target);
            _output.Add(new StoreStatement(Operand(store.Target, point), isVector ? Inside(value, point) : value, isVector));
        }
    }

    /// <summary>Names the axes that have to be literals, a piece of code for each of their values.</summary>
    private void ExplainLiterals(Piece piece)
    {
        var literals = _nest.Literals().Where(axis => !axis.IsTrivial && piece.Ranges.ContainsKey(axis)).ToList();
        if (literals.Count > 0 && !piece.Straight)
        {
            _output.Add(new CommentStatement(string.Join(", ", literals.Select(axis => FormattableString.Invariant($"{axis.Name} = {piece.Ranges[axis].Start}")))));
        }
    }

    /// <summary>The value in the lanes of the image, zero beyond it.</summary>
    private Code Inside(Code value, Point point)
    {
        if (_nest.Inside is not { } inside)
        {
            return value;
        }

        int step = inside.Column.FactorOf(_nest.Lane!);
        int start = Literal(inside.Column.Substitute(_nest.Lane!, 0), point);
        int count = (inside.Width - start + step - 1) / step;
        var lanes = _positions[_nest.Lane!].Variable;
        if (lanes is null && _target.Kind == VectorKind.Fixed512)
        {
            count -= point.LaneVector * _target.Block;
            return count >= _target.Block ? value : count <= 0 ? new ConstantCode(0) : new InsideCode(value, Mask(count, null, 0));
        }

        return new InsideCode(value, Mask(count, lanes, point.LaneVector));
    }

    /// <summary>The local that tells a row's columns from the zeros behind them; a tile's stores share it.</summary>
    private string Mask(int count, LoopVariable? lanes, int vectors)
    {
        if (!_masks.TryGetValue((count, vectors), out string? name))
        {
            name = Local("inside" + (_masks.Count == 0 ? string.Empty : (_masks.Count + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)));
            if (_masks.Count == 0)
            {
                _output.Add(new CommentStatement("lanes beyond the image store zeros"));
            }

            _masks.Add((count, vectors), name);
            Assign(name, new MaskCode(count, lanes, vectors));
        }

        return name;
    }
}
