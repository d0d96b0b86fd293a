using System.Text;

namespace NumCnn;

/// <summary>A tensor of a .safetensors file: its header, and where its data begin and end.</summary>
internal sealed class SafetensorsEntry(TensorHeader header, long begin, long end)
{
    public TensorHeader Header { get; } = header;

    public long Begin { get; } = begin;

    public long End { get; } = end;
}

/// <summary>
/// Reads the header of a .safetensors file, JSON of a fixed form: objects of strings, and of lists of whole numbers. By
/// hand, because a process's first inference waits for it: a general parser is a library to load, and much code to compile.
/// </summary>
internal sealed class SafetensorsHeader
{
    private const string MetadataKey = "__metadata__";

    private readonly string _path;
    private readonly byte[] _json;
    private readonly long[] _numbers = new long[TensorHeader.MaxRank];
    private int _next;

    private SafetensorsHeader(string path, byte[] json)
    {
        _path = path;
        _json = json;
    }

    /// <summary>Reads a header.</summary>
    /// <returns>The tensors in its order.</returns>
    /// <exception cref="FormatException">It is no such JSON.</exception>
    /// <exception cref="WeightFileException">It says what the format does not allow.</exception>
    public static List<SafetensorsEntry> Read(string path, byte[] json) => new SafetensorsHeader(path, json).Read();

    private List<SafetensorsEntry> Read()
    {
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        Expect('{');
        for (bool more = !Accept('}'); more; more = Continues('}'))
        {
            string name = ReadKey();
            if (!names.Add(name))
            {
                throw new WeightFileException(_path, name, "the name occurs twice.");
            }

            if (name == MetadataKey)
            {
                ReadMetadata();
            }
            else
            {
                entries.Add(ReadEntry(name));
            }
        }

        return Peek() < 0 ? entries : throw Fault("nothing more");
    }

    private SafetensorsEntry ReadEntry(string name)
    {
        string? type = null;
        int[]? shape = null;
        long begin = -1, end = -1;
        int offsets = 0;
        Expect('{');
        for (bool more = !Accept('}'); more; more = Continues('}'))
        {
            string key = ReadKey();
            if (key == "dtype" && type is null)
            {
                type = ReadString();
            }
            else if (key == "shape" && shape is null)
            {
                shape = Sizes(name, ReadNumbers());
            }
            else if (key == "data_offsets" && offsets == 0)
            {
                offsets = ReadNumbers();
                (begin, end) = (_numbers[0], _numbers[1]);
                if (offsets != 2)
                {
                    throw new WeightFileException(_path, name, "there are not two data_offsets.");
                }
            }
            else
            {
                throw WrongKey(name, key);
            }
        }

        return type is null || shape is null || offsets == 0
            ? throw new WeightFileException(_path, name, "dtype, shape or data_offsets is missing.")
            : new SafetensorsEntry(new TensorHeader(name, Type(name, type), shape), begin, end);
    }

    private WeightFileException WrongKey(string name, string key) => new(_path, name, key is "dtype" or "shape" or "data_offsets"
        ? $"the key '{key}' occurs twice."
        : $"the key '{key}' is none of dtype, shape, data_offsets.");

    private StoredType Type(string name, string type) => StoredTypes.FromSafetensors(type) ?? throw new WeightFileException(_path, name, $"the type '{type}' is not known here.");

    /// <summary>The first numbers as a shape.</summary>
    private int[] Sizes(string name, int count)
    {
        if (count > _numbers.Length)
        {
            throw new WeightFileException(_path, name, $"the shape has more than {TensorHeader.MaxRank} dimensions.");
        }

        int[] shape = new int[count];
        for (int d = 0; d < count; d++)
        {
            if (_numbers[d] is < 0 or > int.MaxValue)
            {
                throw _numbers[d] < 0 ? new WeightFileException(_path, name, "the shape has a negative size.") : Fault("a size that fits 32 bits");
            }

            shape[d] = (int)_numbers[d];
        }

        return shape;
    }

    private void ReadMetadata()
    {
        Expect('{');
        for (bool more = !Accept('}'); more; more = Continues('}'))
        {
            string key = ReadKey();
            if (Peek() != '"')
            {
                throw new WeightFileException(_path, null, $"the metadata '{key}' is no string.");
            }

            ReadString();
        }
    }

    private string ReadKey()
    {
        string key = ReadString();
        Expect(':');
        return key;
    }

    /// <summary>Reads a list of whole numbers.</summary>
    /// <returns>How many there are, of which only as many are kept as there is room for.</returns>
    private int ReadNumbers()
    {
        int count = 0;
        Expect('[');
        for (bool more = !Accept(']'); more; more = Continues(']'))
        {
            long number = ReadNumber();
            if (count < _numbers.Length)
            {
                _numbers[count] = number;
            }

            count++;
        }

        return count;
    }

    private long ReadNumber()
    {
        bool negative = Accept('-');
        int first = _next;
        long number = 0;
        while (_next < _json.Length && _json[_next] is >= (byte)'0' and <= (byte)'9')
        {
            int digit = _json[_next++] - '0';
            if (number > (long.MaxValue - digit) / 10)
            {
                throw Fault("a number that fits 64 bits");
            }

            number = (number * 10) + digit;
        }

        bool isWhole = _next > first && (_json[first] != '0' || _next == first + 1);
        return !isWhole ? throw Fault("a whole number") : negative ? -number : number;
    }

    private string ReadString()
    {
        Expect('"');
        int first = _next;
        while (_next < _json.Length && _json[_next] is >= (byte)' ' and < 128 and not ((byte)'"' or (byte)'\\'))
        {
            _next++;
        }

        return _next < _json.Length && _json[_next] == '"' ? Encoding.ASCII.GetString(_json, first, _next++ - first) : ReadEscaped(first);
    }

    /// <summary>Reads on, from the first character of a string that is not plain ASCII.</summary>
    private string ReadEscaped(int first)
    {
        // Refuses bytes that are no UTF-8.
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        var text = new StringBuilder();
        while (_next < _json.Length && _json[_next] >= ' ')
        {
            byte character = _json[_next++];
            if (character is not ((byte)'"' or (byte)'\\'))
            {
                continue;
            }

            text.Append(utf8.GetString(_json, first, _next - 1 - first));
            if (character == '"')
            {
                // Encoding refuses halves of a surrogate pair, which escapes can spell.
                string value = text.ToString();
                utf8.GetByteCount(value);
                return value;
            }

            text.Append(ReadEscape());
            first = _next;
        }

        throw Fault("the end of a string");
    }

    private char ReadEscape()
    {
        int escape = _next < _json.Length ? _json[_next++] : -1;
        return escape switch
        {
            '"' or '\\' or '/' => (char)escape,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => ReadCodeUnit(),
            _ => throw Fault("an escaped character"),
        };
    }

    private char ReadCodeUnit()
    {
        int unit = 0;
        for (int end = _next + 4; _next < end; _next++)
        {
            if (_next >= _json.Length || !char.IsAsciiHexDigit((char)_json[_next]))
            {
                throw Fault("four hexadecimal digits");
            }

            unit = (unit * 16) + System.Convert.ToInt32(((char)_json[_next]).ToString(), 16);
        }

        return (char)unit;
    }

    /// <summary>Reads what stands behind an element: a comma, or the end of the object or list.</summary>
    private bool Continues(char end)
    {
        if (Accept(','))
        {
            return true;
        }

        Expect(end);
        return false;
    }

    private void Expect(char character)
    {
        if (!Accept(character))
        {
            throw Fault($"'{character}'");
        }
    }

    private bool Accept(char character)
    {
        if (Peek() != character)
        {
            return false;
        }

        _next++;
        return true;
    }

    /// <summary>The next character that is no white space, or -1 at the end.</summary>
    private int Peek()
    {
        while (_next < _json.Length && _json[_next] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            _next++;
        }

        return _next < _json.Length ? _json[_next] : -1;
    }

    private FormatException Fault(string expected) => new($"at byte {_next} of the header {expected} was expected.");
}
