namespace NumCnn.Gen.Schedule;

/// <content>The statements of a tile: its sums, step by step, and its stores.</content>
internal sealed partial class Lowering
{
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
}
