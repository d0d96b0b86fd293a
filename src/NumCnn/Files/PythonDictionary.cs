using System.Globalization;

namespace NumCnn;

/// <summary>Parses the little Python that a .npy header is written in: a dictionary of a string, a boolean and a tuple of integers.</summary>
internal sealed class PythonDictionary(string text)
{
    private int _position;

    /// <summary>Parses the whole text.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public NpyHeader Parse()
    {
        string? descr = null;
        bool? fortran = null;
        int[]? shape = null;
        Expect('{');
        while (!Accept('}'))
        {
            string key = String();
            Expect(':');
            switch (key)
            {
                case "descr" when descr is null:
                    descr = String();
                    break;
                case "fortran_order" when fortran is null:
                    fortran = Boolean();
                    break;
                case "shape" when shape is null:
                    shape = Tuple();
                    break;
                default:
                    throw new FormatException($"the .npy header has an unknown or second key '{key}'");
            }

            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }

        SkipSpace();
        if (_position < text.Length || descr is null || fortran is null || shape is null)
        {
            throw new FormatException("the .npy header lacks descr, fortran_order or shape, or goes on after them");
        }

        (StoredType type, bool isBigEndian) = Type(descr);
        return new NpyHeader(type, isBigEndian, fortran.Value, shape);
    }

    private static (StoredType Type, bool IsBigEndian) Type(string descr)
    {
        if (descr.Length == 3 && "<>|=".Contains(descr[0]) && StoredTypes.FromNumpy(descr[1..]) is { } type)
        {
            return (type, descr[0] == '>');
        }

        throw new FormatException($"the NumPy type '{descr}' is not supported: floats, integers and booleans are");
    }

    private int[] Tuple()
    {
        var sizes = new List<int>();
        Expect('(');
        while (!Accept(')'))
        {
            sizes.Add(Integer());
            if (!Accept(','))
            {
                Expect(')');
                break;
            }
        }

        return sizes.Count <= TensorHeader.MaxRank ? [.. sizes] : throw new FormatException($"the shape has more than {TensorHeader.MaxRank} dimensions");
    }

    private int Integer()
    {
        SkipSpace();
        int start = _position;
        while (_position < text.Length && char.IsAsciiDigit(text[_position]))
        {
            _position++;
        }

        ReadOnlySpan<char> digits = text.AsSpan(start, _position - start);
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value))
        {
            throw new FormatException($"a size of the shape is missing, or larger than {int.MaxValue}");
        }

        // Python 2 wrote long integers with an L.
        _position += _position < text.Length && text[_position] == 'L' ? 1 : 0;
        return value;
    }

    private bool Boolean()
    {
        SkipSpace();
        foreach ((string word, bool value) in (ReadOnlySpan<(string, bool)>)[("True", true), ("False", false)])
        {
            if (text.AsSpan(_position).StartsWith(word, StringComparison.Ordinal))
            {
                _position += word.Length;
                return value;
            }
        }

        throw new FormatException("fortran_order is neither True nor False");
    }

    private string String()
    {
        SkipSpace();
        char quote = _position < text.Length ? text[_position] : '\0';
        int end = quote is '\'' or '"' ? text.IndexOf(quote, _position + 1) : -1;
        if (end < 0)
        {
            throw new FormatException("the .npy header has no string where one belongs: structured types are not supported");
        }

        string value = text[(_position + 1)..end];
        _position = end + 1;
        return value;
    }

    private bool Accept(char c)
    {
        SkipSpace();
        bool found = _position < text.Length && text[_position] == c;
        _position += found ? 1 : 0;
        return found;
    }

    private void Expect(char c)
    {
        if (!Accept(c))
        {
            throw new FormatException($"the .npy header has no '{c}' where one belongs");
        }
    }

    private void SkipSpace()
    {
        while (_position < text.Length && text[_position] is ' ' or '\n' or '\t' or '\r')
        {
            _position++;
        }
    }
}
