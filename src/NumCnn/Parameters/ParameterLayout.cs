using System.Runtime.CompilerServices;

namespace NumCnn;

/// <summary>
/// The addresses of a parameter's elements: for each dimension a table from index to displacement. An address is the
/// offset plus one entry of each table, so blocked and padded layouts cost no division when they are read.
/// </summary>
internal sealed class ParameterLayout
{
    /// <summary>As many elements as a block has; more would be more streams of values than the first cache has places for.</summary>
    private const int LongestRun = 16;

    private readonly int _offset;
    private readonly int[][] _displacements;

    public ParameterLayout(ParameterInfo info)
    {
        Info = info;
        _offset = info.Offset;
        if (info.Layout.Length != info.Shape.Length)
        {
            throw new ArgumentException($"{info.Name}: {info.Layout.Length} layouts for {info.Shape.Length} dimensions.", nameof(info));
        }

        _displacements = new int[info.Shape.Length][];
        int length = 1;
        for (int d = 0; d < info.Shape.Length; d++)
        {
            length = checked(length * info.Shape[d]);
            _displacements[d] = Displacements(info, d);
        }

        Length = length;
    }

    public ParameterInfo Info { get; }

    /// <summary>The number of elements, without padding.</summary>
    public int Length { get; }

    public int Rank => _displacements.Length;

    public int Address(ReadOnlySpan<int> index)
    {
        if (index.Length != Rank)
        {
            throw new ArgumentException($"{Describe()} has {Rank} dimensions, but was indexed with {index.Length}.", nameof(index));
        }

        int address = _offset;
        for (int d = 0; d < index.Length; d++)
        {
            int[] table = _displacements[d];
            if ((uint)index[d] >= (uint)table.Length)
            {
                throw new ArgumentOutOfRangeException(nameof(index), index[d], $"Index {d} of {Describe()} is outside 0 to {table.Length - 1}.");
            }

            address += table[index[d]];
        }

        return address;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gather<T>(ReadOnlySpan<T> storage, Span<T> values)
    {
        var (outer, lanes, inner) = Tables();
        for (int o = 0, position = 0; o < outer.Length; o++)
        {
            for (int i = 0, run; i < lanes.Length; i += run, position += run * inner.Length)
            {
                run = Run(lanes, i);
                for (int k = 0; k < inner.Length; k++)
                {
                    ReadOnlySpan<T> together = storage.Slice(_offset + outer[o] + lanes[i] + inner[k], run);
                    for (int r = 0; r < together.Length; r++)
                    {
                        values[position + (r * inner.Length) + k] = together[r];
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scatter<T>(ReadOnlySpan<T> values, Span<T> storage)
    {
        var (outer, lanes, inner) = Tables();
        for (int o = 0, position = 0; o < outer.Length; o++)
        {
            for (int i = 0, run; i < lanes.Length; i += run, position += run * inner.Length)
            {
                run = Run(lanes, i);
                for (int k = 0; k < inner.Length; k++)
                {
                    Span<T> together = storage.Slice(_offset + outer[o] + lanes[i] + inner[k], run);
                    for (int r = 0; r < together.Length; r++)
                    {
                        together[r] = values[position + (r * inner.Length) + k];
                    }
                }
            }
        }
    }

    /// <summary>Whether all elements lie in a part of the storage.</summary>
    public bool IsWithin(int start, int end)
    {
        (int first, int last) = Range();
        return Length == 0 || (first >= start && last < end);
    }

    /// <summary>The lowest and highest address of any element.</summary>
    public (int First, int Last) Range()
    {
        int first = _offset, last = _offset;
        foreach (int[] table in _displacements)
        {
            int lowest = table.Length > 0 ? table[0] : 0, highest = lowest;
            foreach (int displacement in table)
            {
                lowest = Math.Min(lowest, displacement);
                highest = Math.Max(highest, displacement);
            }

            first += lowest;
            last += highest;
        }

        return (first, last);
    }

    public string Describe() => $"{Info.Name} [{string.Join(", ", Info.Shape)}]";

    /// <summary>
    /// Displacements by the dimensions before, of and behind the one whose elements lie together in the storage, such as the channels of a
    /// block; the last one, if there is none.
    /// </summary>
    private (int[] Outer, int[] Lanes, int[] Inner) Tables()
    {
        int lanes = Rank - 1;
        for (int d = 0; d < Rank; d++)
        {
            int[] table = _displacements[d];
            lanes = table.Length > 1 && table[1] == table[0] + 1 ? d : lanes;
        }

        return (Displacements(0, lanes), _displacements[lanes], Displacements(lanes + 1, Rank));
    }

    /// <summary>How many elements from one on lie together, up to a line of memory and a few streams of values.</summary>
    private static int Run(int[] table, int first)
    {
        int run = 1;
        while (run < LongestRun && first + run < table.Length && table[first + run] == table[first] + run)
        {
            run++;
        }

        return run;
    }

    /// <summary>The displacements by several dimensions, in their order.</summary>
    private int[] Displacements(int first, int end)
    {
        int[] all = [0];
        for (int d = first; d < end; d++)
        {
            int[] table = _displacements[d];
            int[] before = all;
            all = new int[before.Length * table.Length];
            for (int i = 0; i < all.Length; i++)
            {
                all[i] = before[i / table.Length] + table[i % table.Length];
            }
        }

        return all;
    }

    private static ArgumentException TooNarrow(ParameterInfo info, int dimension, long capacity, string parameter)
        => new($"{info.Name}: the layout of dimension {dimension} holds {capacity} of {info.Shape[dimension]} indices.", parameter);

    private static ArgumentException Unpaired(ParameterInfo info, int dimension, string parameter)
        => new($"{info.Name}: the layout of dimension {dimension} is {info.Layout[dimension].Length} numbers, not pairs of size and stride.", parameter);

    private static int[] Displacements(ParameterInfo info, int dimension)
    {
        int[] digits = info.Layout[dimension];
        if (digits.Length % 2 != 0)
        {
            throw Unpaired(info, dimension, nameof(info));
        }

        long capacity = 1;
        for (int d = 0; d < digits.Length; d += 2)
        {
            capacity = checked(capacity * digits[d]);
        }

        if (capacity < info.Shape[dimension])
        {
            throw TooNarrow(info, dimension, capacity, nameof(info));
        }

        int[] table = new int[info.Shape[dimension]];
        for (int i = 0; i < table.Length; i++)
        {
            int rest = i;
            for (int d = digits.Length - 2; d >= 0; d -= 2)
            {
                table[i] = checked(table[i] + rest % digits[d] * digits[d + 1]);
                rest /= digits[d];
            }
        }

        return table;
    }
}
