namespace NumCnn.Gen.Schedule;

/// <content>Addresses: refs that loops move, and literal displacements from them.</content>
internal sealed partial class Lowering
{
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
            if (candidate.Storage == storage && (candidate.SampleOffset == sampleOffset || candidate.SampleOffset == 0) && Covers(terms, candidate)
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
        var created = new Ref(_names.Fresh(_names.OfStorage(storage) + suffix + number), storage, best, terms, sampleOffset) { Base = best.Base };
        _refs.Add(created);
        _output.Add(new RefStatement(created, moves));
        return created;
    }

    private static bool Covers(List<(LoopVariable Variable, int Factor)> terms, Ref candidate)
    {
        for (int i = 0; i < candidate.Terms.Count; i++)
        {
            if (!terms.Contains(candidate.Terms[i]))
            {
                return false;
            }
        }

        return true;
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

        if (access.Phase is { } phase)
        {
            displacement += phase.Displacement(Literal(phase.Index, point));
        }

        var start = FindRef(access.Storage, Terms(access), sampleOffset);
        start = access.Offset is { } stored ? Shifted(start, Operand(stored.Number, point), stored.Last) : start;
        return new MemoryOperand(start, displacement, IsVector(access) ? point.LaneVector : 0);
    }

    /// <summary>A ref moved on by a number in memory; one for all accesses of a step that move alike.</summary>
    private Ref Shifted(Ref start, MemoryOperand number, int last)
    {
        var key = (start, number.Start, number.Displacement);
        if (!_shifted.TryGetValue(key, out var shifted))
        {
            shifted = new Ref(_names.Fresh(_names.OfStorage(start.Storage) + "At"), start.Storage, start, start.Terms, start.SampleOffset) { Base = start.Base, Offset = (number, last) };
            _shifted.Add(key, shifted);
            _output.Add(new RefStatement(shifted, []));
        }

        return shifted;
    }

    /// <summary>An index's value at a point, where no loop moves it.</summary>
    private int Literal(Affine index, Point point)
    {
        int value = index.Constant;
        foreach (var (axis, factor) in index.Terms)
        {
            point.Offsets.TryGetValue(axis, out int offset);
            var position = _positions[axis];
            if (position.Variable is not null)
            {
                throw new InvalidOperationException($"{_nest.Title}: '{axis.Name}' has to be a literal.");
            }

            value += factor * (position.Constant + offset);
        }

        return value;
    }
}
