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

    public void Gather<T>(ReadOnlySpan<T> storage, Span<T> values)
    {
        int lanes = LaneDimension();
        int[] inner = InnerDisplacements(lanes + 1);
        int position = 0;
        Gather(storage, values, 0, _offset, lanes, inner, ref position);
    }

    public void Scatter<T>(ReadOnlySpan<T> values, Span<T> storage)
    {
        int lanes = LaneDimension();
        int[] inner = InnerDisplacements(lanes + 1);
        int position = 0;
        Scatter(values, storage, 0, _offset, lanes, inner, ref position);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather<T>(ReadOnlySpan<T> storage, Span<T> values, int dimension, int address, int lanes, int[] inner, ref int position)
    {
        int[] table = _displacements[dimension];
        if (dimension < lanes)
        {
            foreach (int displacement in table)
            {
                Gather(storage, values, dimension + 1, address + displacement, lanes, inner, ref position);
            }

            return;
        }

        for (int i = 0; i < table.Length;)
        {
            int run = Run(table, i);
            for (int k = 0; k < inner.Length; k++)
            {
                ReadOnlySpan<T> together = storage.Slice(address + table[i] + inner[k], run);
                for (int r = 0; r < together.Length; r++)
                {
                    values[position + ((i + r) * inner.Length) + k] = together[r];
                }
            }

            i += run;
        }

        position += table.Length * inner.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scatter<T>(ReadOnlySpan<T> values, Span<T> storage, int dimension, int address, int lanes, int[] inner, ref int position)
    {
        int[] table = _displacements[dimension];
        if (dimension < lanes)
        {
            foreach (int displacement in table)
            {
                Scatter(values, storage, dimension + 1, address + displacement, lanes, inner, ref position);
            }

            return;
        }

        for (int i = 0; i < table.Length;)
        {
            int run = Run(table, i);
            for (int k = 0; k < inner.Length; k++)
            {
                Span<T> together = storage.Slice(address + table[i] + inner[k], run);
                for (int r = 0; r < together.Length; r++)
                {
                    together[r] = values[position + ((i + r) * inner.Length) + k];
                }
            }

            i += run;
        }

        position += table.Length * inner.Length;
    }

    /// <summary>The dimension whose elements lie together in the storage, such as the channels of a block; the last one, if there is none.</summary>
    private int LaneDimension()
    {
        for (int d = Rank - 1; d >= 0; d--)
        {
            int[] table = _displacements[d];
            if (table.Length > 1 && table[1] == table[0] + 1)
            {
                return d;
            }
        }

        return Rank - 1;
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

    /// <summary>The displacements by all dimensions from one on, in their order.</summary>
    private int[] InnerDisplacements(int dimension)
    {
        int[] all = [0];
        for (int d = dimension; d < Rank; d++)
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
