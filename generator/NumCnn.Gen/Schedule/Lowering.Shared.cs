namespace NumCnn.Gen.Schedule;

/// <content>Bodies of several steps that share what they load.</content>
internal sealed partial class Lowering
{
    /// <summary>The steps from a depth of the reduction on, in their order; null where a loop is among them.</summary>
    private List<Dictionary<Axis, Position>>? StraightSteps(int depth, List<Dictionary<Axis, Position>> steps)
    {
        foreach (var axis in _nest.Reduction.Skip(depth))
        {
            if (axis.IsSymbolic || _plan.Unroll[axis] != axis.Extent)
            {
                return null;
            }

            steps = [.. steps.SelectMany(step => Enumerable.Range(0, axis.Extent).Select(value => new Dictionary<Axis, Position>(step) { [axis] = new(null, value) }))];
        }

        return steps;
    }

    /// <summary>
    /// All steps of a body. What they share is loaded in the order of memory, each element once, and goes into every sum that
    /// wants it before the next one comes; since each sum's own elements come in that order too, no sum changes.
    /// </summary>
    private void EmitShared(Piece piece, List<Point> points, List<Dictionary<Axis, Position>> steps)
    {
        int tiles = points[points.Count - 1].TileIndex + 1;
        int vectors = points.Count / tiles;
        var loads = new List<Load>();
        var seen = new HashSet<Expr>();
        foreach (var accumulator in _nest.Accumulators)
        {
            FindLoads(accumulator.Update, seen, loads);
        }

        var shared = loads.First(load => load.Access == piece.Shared);
        foreach (var step in steps)
        {
            Enter(step);
            Prefetch(points);
        }

        var held = steps.ConvertAll(static _ => new Dictionary<(Load, int, int), string>());
        var updates = new List<(int Place, int Step, int Tile)>();
        for (int s = 0; s < steps.Count; s++)
        {
            Enter(steps[s]);
            for (int t = 0; t < tiles; t++)
            {
                updates.Add((Operand(shared.Access, points[t * vectors]).Displacement, s, t));
            }
        }

        string together = string.Join(" × ", steps[0].Keys.Select(axis => (axis.Name, Count: steps.Select(step => step[axis].Constant).Distinct().Count()))
            .Where(static axis => axis.Count > 1).Select(static axis => FormattableString.Invariant($"{axis.Count} {axis.Name}")));
        _output.Add(new CommentStatement($"{together} together: each {_names.OfStorage(shared.Access.Storage)} is loaded once"));
        foreach (var load in loads.Where(load => load != shared))
        {
            HoldAll(load);
        }

        int across = DependsOnVectors(shared) ? vectors : 1;
        bool ascends = updates[0].Place <= updates[updates.Count - tiles].Place;
        var places = updates.GroupBy(static update => update.Place);
        foreach (var place in ascends ? places.OrderBy(static place => place.Key) : places.OrderByDescending(static place => place.Key))
        {
            for (int v = 0; v < across; v++)
            {
                var users = place.SelectMany(update => Enumerable.Range(0, vectors / across).Select(k => (update.Step, update.Tile, Vector: v + (k * across)))).ToList();
                if (users.Count > 1)
                {
                    string name = Local(_names.OfStorage(shared.Access.Storage) + "0");
                    Enter(steps[users[0].Step]);
                    Assign(name, Build(shared, points[(users[0].Tile * vectors) + users[0].Vector], null));
                    users.ForEach(user => held[user.Step][(shared, user.Tile, user.Vector)] = name);
                }

                foreach (var (step, tile, vector) in users)
                {
                    Enter(steps[step]);
                    var point = points[(tile * vectors) + vector];
                    foreach (var accumulator in _nest.Accumulators)
                    {
                        Assign(AccumulatorName(accumulator, point, points), Build(accumulator.Update, point, held[step], points));
                    }
                }
            }
        }

        foreach (var axis in steps[0].Keys)
        {
            _positions.Remove(axis);
        }

        void Enter(Dictionary<Axis, Position> step)
        {
            foreach (var position in step)
            {
                _positions[position.Key] = position.Value;
            }
        }

        // A local for each element of a load, if any of them serves more than once.
        void HoldAll(Load load)
        {
            var elements = new List<(int Step, Point Point, Ref Start, int Displacement, int Vectors)>();
            for (int s = 0; s < steps.Count; s++)
            {
                Enter(steps[s]);
                foreach (var point in points)
                {
                    var operand = Operand(load.Access, point);
                    elements.Add((s, point, operand.Start, operand.Displacement, operand.Vectors));
                }
            }

            var groups = elements.GroupBy(static element => (element.Start, element.Displacement, element.Vectors)).ToList();
            if (groups.Count == elements.Count)
            {
                return;
            }

            for (int k = 0; k < groups.Count; k++)
            {
                var (step, point, _, _, _) = groups[k].First();
                string name = Local(_names.OfStorage(load.Access.Storage) + Digits(k, groups.Count));
                Enter(steps[step]);
                Assign(name, Build(load, point, null));
                foreach (var element in groups[k])
                {
                    held[element.Step][(load, element.Point.TileIndex, element.Point.VectorIndex)] = name;
                }
            }
        }
    }
}
