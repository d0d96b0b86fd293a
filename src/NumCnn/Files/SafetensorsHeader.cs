using System.Text.Json;

namespace NumCnn;

/// <summary>A tensor of a .safetensors file: its header, and where its data begin and end.</summary>
internal sealed class SafetensorsEntry(TensorHeader header, long begin, long end)
{
    public TensorHeader Header { get; } = header;

    public long Begin { get; } = begin;

    public long End { get; } = end;
}

/// <summary>
/// Reads the header of a .safetensors file, JSON of a fixed form: objects of strings, and of lists of whole numbers. Token by
/// token, without a document in memory: a process's first inference waits for it.
/// </summary>
internal ref struct SafetensorsHeader
{
    private const string MetadataKey = "__metadata__";

    private readonly string _path;
    private readonly long[] _numbers;
    private Utf8JsonReader _json;

    private SafetensorsHeader(string path, byte[] json)
    {
        _path = path;
        _numbers = new long[TensorHeader.MaxRank];
        _json = new Utf8JsonReader(json);
    }

    /// <summary>Reads a header.</summary>
    /// <returns>The tensors in its order.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">A value has another type.</exception>
    /// <exception cref="FormatException">A number is not whole, or too large.</exception>
    /// <exception cref="WeightFileException">It says what the format does not allow.</exception>
    public static List<SafetensorsEntry> Read(string path, byte[] json) => new SafetensorsHeader(path, json).Read();

    private List<SafetensorsEntry> Read()
    {
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        Expect(JsonTokenType.StartObject);
        while (ReadKey() is { } name)
        {
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

        // The reader itself refuses anything behind the object.
        _json.Read();
        return entries;
    }

    private SafetensorsEntry ReadEntry(string name)
    {
        string? type = null;
        int[]? shape = null;
        long begin = -1, end = -1;
        int offsets = 0;
        Expect(JsonTokenType.StartObject);
        while (ReadKey() is { } key)
        {
            if (key == "dtype" && type is null)
            {
                Expect(JsonTokenType.String);
                type = _json.GetString()!;
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

    private readonly WeightFileException WrongKey(string name, string key) => new(_path, name, key is "dtype" or "shape" or "data_offsets"
        ? $"the key '{key}' occurs twice."
        : $"the key '{key}' is none of dtype, shape, data_offsets.");

    private readonly StoredType Type(string name, string type) => StoredTypes.FromSafetensors(type) ?? throw new WeightFileException(_path, name, $"the type '{type}' is not known here.");

    /// <summary>The first numbers as a shape.</summary>
    private readonly int[] Sizes(string name, int count)
    {
        if (count > _numbers.Length)
        {
            throw new WeightFileException(_path, name, $"the shape has more than {TensorHeader.MaxRank} dimensions.");
        }

        int[] shape = new int[count];
        for (int d = 0; d < count; d++)
        {
            shape[d] = _numbers[d] switch
            {
                < 0 => throw new WeightFileException(_path, name, "the shape has a negative size."),
                > int.MaxValue => throw new FormatException($"a size of '{name}' does not fit 32 bits"),
                _ => (int)_numbers[d],
            };
        }

        return shape;
    }

    private void ReadMetadata()
    {
        Expect(JsonTokenType.StartObject);
        while (ReadKey() is { } key)
        {
            if (!_json.Read() || _json.TokenType != JsonTokenType.String)
            {
                throw new WeightFileException(_path, null, $"the metadata '{key}' is no string.");
            }
        }
    }

    /// <summary>Reads the next key, or the end of the object, which is null.</summary>
    private string? ReadKey() => _json.Read() && _json.TokenType == JsonTokenType.PropertyName ? _json.GetString() : null;

    /// <summary>Reads a list of whole numbers.</summary>
    /// <returns>How many there are, of which only as many are kept as there is room for.</returns>
    private int ReadNumbers()
    {
        int count = 0;
        Expect(JsonTokenType.StartArray);
        for (; _json.Read() && _json.TokenType != JsonTokenType.EndArray; count++)
        {
            long number = _json.GetInt64();
            if (count < _numbers.Length)
            {
                _numbers[count] = number;
            }
        }

        return count;
    }

    private void Expect(JsonTokenType type)
    {
        if (!_json.Read() || _json.TokenType != type)
        {
            throw new FormatException($"at byte {_json.TokenStartIndex} of the header {type} was expected");
        }
    }
}
