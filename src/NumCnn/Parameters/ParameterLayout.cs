using System.Runtime.CompilerServices;

namespace NumCnn;

/// <summary>
/// The addresses of a parameter's elements: for each dimension a table from index to displacement. An address is the
/// offset plus one entry of each table, so blocked and padded layouts cost no division when they are read.
/// </summary>
internal sealed class ParameterLayout
{
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
        int position = 0;
        Gather(storage, values, 0, _offset, ref position);
    }

    public void Scatter<T>(ReadOnlySpan<T> values, Span<T> storage)
    {
        int position = 0;
        Scatter(values, storage, 0, _offset, ref position);
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
    private void Gather<T>(ReadOnlySpan<T> storage, Span<T> values, int dimension, int address, ref int position)
    {
        if (dimension == Rank - 1)
        {
            foreach (int displacement in _displacements[dimension])
            {
                values[position++] = storage[address + displacement];
            }

            return;
        }

        foreach (int displacement in _displacements[dimension])
        {
            Gather(storage, values, dimension + 1, address + displacement, ref position);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scatter<T>(ReadOnlySpan<T> values, Span<T> storage, int dimension, int address, ref int position)
    {
        if (dimension == Rank - 1)
        {
            foreach (int displacement in _displacements[dimension])
            {
                storage[address + displacement] = values[position++];
            }

            return;
        }

        foreach (int displacement in _displacements[dimension])
        {
            Scatter(values, storage, dimension + 1, address + displacement, ref position);
        }
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
