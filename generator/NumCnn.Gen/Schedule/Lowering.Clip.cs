namespace NumCnn.Gen.Schedule;

/// <content>Sums that leave out the steps that would read zeros.</content>
internal sealed partial class Lowering
{
    private void ReduceClipped(Piece piece, List<Point> points, int depth, Clip clip)
    {
        var axis = clip.Axis;
        int start = clip.Start.Constant;
        var terms = new List<(LoopVariable Variable, int Factor)>();
        foreach (var (own, factor) in clip.Start.Terms)
        {
            var position = _positions[own];
            start += factor * position.Constant;
            if (position.Variable is { } variable)
            {
                terms.Add((variable, factor));
            }
        }

        if (terms.Count == 0 && _plan.Unroll[axis] == axis.Extent)
        {
            var (from, to) = clip.Steps(start);
            for (int value = from; value < to; value++)
            {
                At(axis, new Position(null, value), () => Reduce(piece, points, depth + 1));
            }

            return;
        }

        // All rows that the open loops lead to, with what each leaves out.
        int lowest = start + terms.Sum(static term => Math.Min(term.Variable.First * term.Factor, term.Variable.Last * term.Factor));
        int highest = start + terms.Sum(static term => Math.Max(term.Variable.First * term.Factor, term.Variable.Last * term.Factor));
        var (first, end) = clip.Steps(lowest);
        var (firstOfHighest, endOfHighest) = clip.Steps(highest);
        bool startMoves = first != firstOfHighest;
        bool endMoves = end != endOfHighest;
        first = Math.Min(first, firstOfHighest);
        end = Math.Max(end, endOfHighest);
        if (first >= end)
        {
            return;
        }

        var step = new LoopVariable(_names.Fresh(axis.Name), first, end - 1);
        var loop = new LoopStatement(startMoves || endMoves ? LoopKind.Clipped : LoopKind.Counted, step)
        {
            Start = first,
            End = end,
            ClippedStart = startMoves ? Moving(clip.First) : null,
            ClippedEnd = endMoves ? Moving(clip.End) : null,
        };
        if (loop.Kind == LoopKind.Clipped)
        {
            _output.Add(new CommentStatement(clip.Lines + " beyond the image are zeros, and left out"));
        }

        Nested(loop, axis, new Position(step, 0), () =>
        {
            FetchAt(depth);
            DeclareRefs(piece);
            Reduce(piece, points, depth + 1);
        });

        ClippedEnd Moving((int Constant, int Sign) bound) => new(bound.Constant + (bound.Sign * start), [.. terms.Select(term => (term.Variable, bound.Sign * term.Factor))], clip.Divisor);
    }
}
