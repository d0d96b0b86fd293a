namespace NumCnn.Gen.Schedule;

/// <summary>Copies expressions with other accesses; what was shared stays shared.</summary>
internal sealed class AccessRewriter
{
    private readonly Func<Access, Access> _replace;
    private readonly Dictionary<Expr, Expr> _known = [];

    public AccessRewriter(Func<Access, Access> replace) => _replace = replace;

    public StoreTo Rewrite(StoreTo store) => new(_replace(store.Target), Rewrite(store.Value));

    public Accumulator Rewrite(Accumulator accumulator)
    {
        if (!_known.TryGetValue(accumulator, out var known))
        {
            var copy = new Accumulator(accumulator.Name, Rewrite(accumulator.Initial));
            _known.Add(accumulator, copy);
            copy.Update = Rewrite(accumulator.Update);
            return copy;
        }

        return (Accumulator)known;
    }

    public Expr Rewrite(Expr expr)
    {
        if (expr is Accumulator accumulator)
        {
            return Rewrite(accumulator);
        }

        if (!_known.TryGetValue(expr, out var replaced))
        {
            replaced = expr switch
            {
                Load load => new Load(_replace(load.Access)),
                Operation operation => new Operation(operation.Code, [.. operation.Operands.Select(Rewrite)]) { Note = operation.Note },
                _ => expr,
            };
            _known.Add(expr, replaced);
        }

        return replaced;
    }
}
