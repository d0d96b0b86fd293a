using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace NumCnn;

/// <summary>A tensor as a file holds it: a name, a type, a shape, and bytes in C order, little-endian.</summary>
public sealed class StoredTensor
{
    private readonly byte[] _data;

    internal StoredTensor(TensorHeader header, byte[] data)
    {
        Header = header;
        _data = data;
    }

    /// <summary>Its name; empty for a lone .npy file.</summary>
    public string Name => Header.Name;

    /// <summary>The element type in the file.</summary>
    public StoredType Type => Header.Type;

    /// <summary>The shape; empty for a scalar.</summary>
    public ReadOnlySpan<int> Shape => Header.Shape;

    /// <summary>The number of elements.</summary>
    public int Length => _data.Length / Type.Size();

    /// <summary>The elements' bytes in C order, little-endian.</summary>
    public ReadOnlySpan<byte> Data => _data;

    internal TensorHeader Header { get; }

    /// <summary>Makes a tensor of floats.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">Its elements in C order.</param>
    /// <returns>A tensor that owns a copy of the values.</returns>
    /// <exception cref="ArgumentException">The number of values is not the shape's, or the type is another.</exception>
    public static StoredTensor Create<T>(string name, ReadOnlySpan<int> shape, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        StoredType type = typeof(T) == typeof(float) ? StoredType.Float32
            : typeof(T) == typeof(double) ? StoredType.Float64
            : throw new ArgumentException($"{typeof(T)} is neither float nor double.", nameof(values));
        return Create(name, type, shape, MemoryMarshal.AsBytes(values));
    }

    /// <summary>Makes a tensor of 64-bit integers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">Its elements in C order.</param>
    /// <returns>A tensor that owns a copy of the values.</returns>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public static StoredTensor Create(string name, ReadOnlySpan<int> shape, ReadOnlySpan<long> values) =>
        Create(name, StoredType.Int64, shape, MemoryMarshal.AsBytes(values));

    /// <summary>Converts the elements, rounding to nearest where the type is narrower.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The elements in C order.</returns>
    public T[] ToArray<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[Length];
        if (Holds<T>())
        {
            View<T>().CopyTo(values);
        }
        else
        {
            Convert<T>(values);
        }

        return values;
    }

    /// <summary>Whether the bytes are elements of this type as they are.</summary>
    internal bool Holds<T>() => BitConverter.IsLittleEndian && Type == (typeof(T) == typeof(float) ? StoredType.Float32 : StoredType.Float64);

    /// <summary>The elements, where the bytes are of their type.</summary>
    internal ReadOnlySpan<T> View<T>()
        where T : unmanaged
        => MemoryMarshal.Cast<byte, T>(_data);

    /// <summary>Reads the elements of an integer tensor.</summary>
    /// <returns>The elements in C order.</returns>
    /// <exception cref="InvalidOperationException">The tensor holds floats.</exception>
    /// <exception cref="OverflowException">An unsigned element does not fit.</exception>
    public long[] ToInt64Array()
    {
        if (Type.IsFloat())
        {
            throw new InvalidOperationException($"Tensor '{Name}' holds {Type}, no integers.");
        }

        var values = new long[Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Integer(_data.AsSpan(i * Type.Size()));
        }

        return values;
    }

    private static StoredTensor Create(string name, StoredType type, ReadOnlySpan<int> shape, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        var header = new TensorHeader(name, type, shape.ToArray());
        if (header.ByteLength != bytes.Length)
        {
            throw new ArgumentException($"{bytes.Length / type.Size()} values for a shape of {header.ByteLength / type.Size()}.", nameof(bytes));
        }

        byte[] data = bytes.ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            ByteOrder.Reverse(data, type.Size());
        }

        return new StoredTensor(header, data);
    }

    private void Convert<T>(T[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> at = _data.AsSpan(i * Type.Size());
            values[i] = Type switch
            {
                StoredType.Float16 => T.CreateTruncating(BinaryPrimitives.ReadHalfLittleEndian(at)),
                StoredType.BFloat16 => T.CreateTruncating(BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(at) << 16)),
                StoredType.Float32 => T.CreateTruncating(BinaryPrimitives.ReadSingleLittleEndian(at)),
                StoredType.Float64 => T.CreateTruncating(BinaryPrimitives.ReadDoubleLittleEndian(at)),
                StoredType.UInt64 => T.CreateTruncating(BinaryPrimitives.ReadUInt64LittleEndian(at)),
                _ => T.CreateTruncating(Integer(at)),
            };
        }
    }

    private long Integer(ReadOnlySpan<byte> at) => Type switch
    {
        StoredType.Bool or StoredType.UInt8 => at[0],
        StoredType.Int8 => (sbyte)at[0],
        StoredType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(at),
        StoredType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(at),
        StoredType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
        StoredType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(at),
        StoredType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
        _ => checked((long)BinaryPrimitives.ReadUInt64LittleEndian(at)),
    };
}

/// <summary>Name, type and shape of a tensor in a file.</summary>
internal sealed record TensorHeader(string Name, StoredType Type, int[] Shape)
{
    /// <summary>The most dimensions that are read; NumPy's own limit.</summary>
    public const int MaxRank = 32;

    /// <summary>The bytes of all elements, which can be more than fit an array.</summary>
    public long ByteLength
    {
        get
        {
            long product = Type.Size();
            foreach (int size in Shape)
            {
                // Saturates instead of wrapping around to a length that a file may have.
                product = size > 0 && product > long.MaxValue / size ? long.MaxValue : product * size;
            }

            return product;
        }
    }

    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}

internal static class ByteOrder
{
    public static void Reverse(Span<byte> data, int size)
    {
        for (int i = 0; size > 1 && i < data.Length; i += size)
        {
            data.Slice(i, size).Reverse();
        }
    }
}
