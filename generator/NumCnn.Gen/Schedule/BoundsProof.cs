namespace NumCnn.Gen.Schedule;

/// <summary>
/// Proves every load and store of lowered code inside its storage. Addresses are affine and all bounds literal, or within literal ones, so the
/// extremes lie at the ends of the loops; the kernels need no checks of their own. A failure is a fault of the compiler.
/// </summary>
internal sealed class BoundsProof
{
    private readonly string _kernel;
    private readonly int _width;

    private BoundsProof(string kernel, int width)
    {
        _kernel = kernel;
        _width = width;
    }

    /// <exception cref="InvalidOperationException">An access may lie outside its storage.</exception>
    public static int Check(string kernel, IEnumerable<Statement> statements, Target target)
    {
        int proven = 0;
        foreach (int width in target.Widths)
        {
            proven = new BoundsProof(kernel, width).Visit(statements);
        }

        return proven;
    }

    private int Visit(IEnumerable<Statement> statements)
    {
        int proven = 0;
        foreach (var statement in statements)
        {
            switch (statement)
            {
                case LoopStatement loop:
                    proven += Visit(loop.Body);
                    break;
                case BlockStatement block:
                    proven += Visit(block.Body);
                    break;
                case AssignStatement assign:
                    proven += Visit(assign.Value);
                    break;
                case RefStatement { Declared.Offset: { } offset }:
                    proven += Check(offset.Number, isVector: false);
                    break;
                case StoreStatement store:
                    proven += Visit(store.Value) + Check(store.Target, store.IsVector);
                    break;
            }
        }

        return proven;
    }

    private int Visit(Code code) => code switch
    {
        LoadCode load => Check(load.Operand, load.Kind == LoadKind.Vector),
        OperationCode operation => operation.Operands.Sum(Visit),
        InsideCode inside => Visit(inside.Value),
        _ => 0,
    };

    private int Check(MemoryOperand operand, bool isVector)
    {
        long low = operand.Displacement + ((long)operand.Vectors * _width);
        long high = low + (isVector ? _width : 1);
        foreach (var (variable, factor) in operand.Start.Terms)
        {
            if (variable.IsSample)
            {
                continue;
            }

            long last = variable.LaneExtent > 0 ? variable.LaneExtent - ((long)variable.LaneVectors * _width) : variable.Last;
            if (variable.LaneExtent > 0 && variable.LaneExtent % (variable.LaneVectors * _width) != 0)
            {
                throw new InvalidOperationException($"{_kernel}: {variable.LaneVectors} vectors of {_width} do not divide {variable.LaneExtent} lanes.");
            }

            long atFirst = (long)variable.First * factor;
            long atLast = last * factor;
            low += Math.Min(atFirst, atLast);
            high += Math.Max(atFirst, atLast);
        }

        // Code keeps what memory adds within its bounds.
        high += operand.Start.Offset?.Last ?? 0;
        var storage = operand.Start.Storage;
        if (low < 0 || high > storage.Length)
        {
            throw new InvalidOperationException($"{_kernel}: '{storage.Name}' has {storage.Length} elements, but the code reaches from {low} to {high - 1}.");
        }

        return 1;
    }
}
