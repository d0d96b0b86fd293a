using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace NumCnn;

/// <summary>
/// The head of a .npy file: the magic, a version, and a Python dictionary with descr, fortran_order and shape. See
/// numpy.lib.format.
/// </summary>
internal sealed record NpyHeader(StoredType Type, bool IsBigEndian, bool IsFortranOrder, int[] Shape)
{
    // numpy.lib.format itself calls more than this unsafe to parse.
    private const int MaxHeaderLength = 10_000;
    private const int Alignment = 64;
    private static readonly byte[] s_magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a head; the stream then stands at the data.</summary>
    /// <exception cref="FormatException">It is no head of a supported array.</exception>
    public static NpyHeader Read(Stream stream)
    {
        byte[] start = Exactly(stream, s_magic.Length + 2);
        if (!start.AsSpan(0, s_magic.Length).SequenceEqual(s_magic))
        {
            throw new FormatException("it is no .npy array: the magic is missing");
        }

        int version = start[s_magic.Length];
        if (version is < 1 or > 3 || start[s_magic.Length + 1] != 0)
        {
            throw new FormatException($"the .npy version {version}.{start[s_magic.Length + 1]} is none of 1.0, 2.0, 3.0");
        }

        long length = version == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(Exactly(stream, 2))
            : BinaryPrimitives.ReadUInt32LittleEndian(Exactly(stream, 4));
        if (length > MaxHeaderLength)
        {
            throw new FormatException($"the .npy header claims {length} bytes; at most {MaxHeaderLength} are read");
        }

        Encoding encoding = version == 3 ? new UTF8Encoding(false, throwOnInvalidBytes: true) : Encoding.Latin1;
        return new PythonDictionary(encoding.GetString(Exactly(stream, (int)length))).Parse();
    }

    /// <summary>The head of a little-endian array in C order, version 1.0.</summary>
    public static byte[] Write(StoredTensor tensor)
    {
        string name = tensor.Type.NumpyName() ?? throw new ArgumentException($"NumPy has no type for {tensor.Type}.", nameof(tensor));
        string shape = string.Concat(tensor.Shape.ToArray().Select(static size => size.ToString(CultureInfo.InvariantCulture) + ", ")).TrimEnd();
        shape = tensor.Shape.Length > 1 ? shape.TrimEnd(',') : shape;
        string text = $"{{'descr': '{(tensor.Type.Size() == 1 ? '|' : '<')}{name}', 'fortran_order': False, 'shape': ({shape}), }}";
        int unpadded = s_magic.Length + 4 + text.Length + 1;
        int padding = (Alignment - unpadded % Alignment) % Alignment;
        text += new string(' ', padding) + "\n";
        byte[] bytes = new byte[s_magic.Length + 4 + text.Length];
        s_magic.CopyTo(bytes, 0);
        bytes[s_magic.Length] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(s_magic.Length + 2), (ushort)text.Length);
        Encoding.Latin1.GetBytes(text, bytes.AsSpan(s_magic.Length + 4));
        return bytes;
    }

    /// <summary>Puts the data into C order and little-endian.</summary>
    public byte[] Normalise(byte[] data)
    {
        int size = Type.Size();
        if (IsBigEndian)
        {
            ByteOrder.Reverse(data, size);
        }

        return IsFortranOrder && Shape.Length > 1 ? ToCOrder(data, size) : data;
    }

    // Walks the elements in C order with an odometer and fetches each from where the first index runs fastest.
    private byte[] ToCOrder(byte[] data, int size)
    {
        byte[] result = new byte[data.Length];
        int[] index = new int[Shape.Length];
        for (int to = 0; to < data.Length; to += size)
        {
            int from = 0;
            for (int d = Shape.Length - 1; d >= 0; d--)
            {
                from = from * Shape[d] + index[d];
            }

            data.AsSpan(from * size, size).CopyTo(result.AsSpan(to));
            for (int d = Shape.Length - 1; d >= 0 && ++index[d] == Shape[d]; d--)
            {
                index[d] = 0;
            }
        }

        return result;
    }

    private static byte[] Exactly(Stream stream, int length) =>
        ExactReader.Read(stream, length) ?? throw new FormatException("it ends in its .npy header");
}
