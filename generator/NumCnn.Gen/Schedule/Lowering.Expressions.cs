namespace NumCnn.Gen.Schedule;

/// <content>Expressions: a node that is used twice is computed once, and a deep one goes over several lines.</content>
internal sealed partial class Lowering
{
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

            code = new OperationCode(operation.Code, operands) { Note = NoteOf(operation, point) };
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
                var operands = new Code[operation.Operands.Count];
                for (int i = 0; i < operands.Length; i++)
                {
                    operands[i] = Build(operation.Operands[i], point, held, points);
                }

                return new OperationCode(operation.Code, operands) { Note = NoteOf(operation, point) };
        }
    }

    /// <summary>Points side by side differ in nothing: the first one says what is done.</summary>
    private static string? NoteOf(Operation operation, Point point) => point.TileIndex == 0 && point.VectorIndex == 0 ? operation.Note : null;

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
        => point.Offsets.Keys.Any(axis => axis != _nest.Block && load.Access.DependsOn(axis));

    private string AccumulatorName(Accumulator accumulator, Point point, List<Point> points)
    {
        if (!point.Names.TryGetValue(accumulator, out string? known))
        {
            // No loop inside the tile may take the name.
            known = NewAccumulatorName(accumulator, point, points);
            _names.Claim(known);
            point.Names.Add(accumulator, known);
        }

        return known;
    }

    private string NewAccumulatorName(Accumulator accumulator, Point point, List<Point> points)
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
}
