using System.Globalization;

namespace NumCnn;

/// <summary>
/// The parameters of a generated class, which holds them as a table of text: code that made them one by one would be compiled before the
/// first inference, and takes longer to compile than the table to read.
/// </summary>
/// <remarks>For the same reason nothing here needs what the runtime itself would compile or set up first, such as cultures, until first values are asked for.</remarks>
public static class ParameterTable
{
    private const char NoSpace = '!';

    /// <summary>Reads a table.</summary>
    /// <param name="rows">
    /// A row for each parameter, its parts apart by spaces: name, shape [sizes], offset, for each dimension [sizes and strides of its digits],
    /// <c>trained</c> or <c>untrained</c>, and the first values: <c>uniform</c> and the bound, <c>normal</c> and the standard deviation,
    /// <c>constant</c> and the value, or <c>literal</c> and all values in PyTorch's order.
    /// </param>
    /// <returns>The parameters in their order.</returns>
    /// <exception cref="FormatException">It is no such table.</exception>
    public static ParameterInfo[] Read(string rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var parameters = new List<ParameterInfo>();
        for (int at = 0; Take(rows, ref at, NoSpace) is { Length: > 0 } name;)
        {
            int[] shape = List(rows, ref at);
            int offset = Integer(Take(rows, ref at, NoSpace));
            int[][] layout = new int[shape.Length][];
            for (int d = 0; d < layout.Length; d++)
            {
                layout[d] = List(rows, ref at);
            }

            string trained = Take(rows, ref at, NoSpace);
            bool trainable = trained == "trained" || (trained == "untrained" ? false : throw Unknown(trained));
            parameters.Add(new ParameterInfo(name, shape, offset, layout, trainable, Take(rows, ref at, least: ' ')));
        }

        return [.. parameters];
    }

    /// <summary>The first values as a row ends with them.</summary>
    /// <param name="text">Their kind and numbers.</param>
    /// <returns>What makes them.</returns>
    /// <exception cref="FormatException">There is no such kind, or no number.</exception>
    internal static Initializer FirstValues(string text)
    {
        string[] words = text.Split(' ');
        double[] numbers = [.. words.Skip(1).Select(static word => double.Parse(word, CultureInfo.InvariantCulture))];
        return (words[0], numbers.Length) switch
        {
            ("uniform", 1) => new Initializer.Uniform(numbers[0]),
            ("normal", 1) => new Initializer.Normal(numbers[0]),
            ("constant", 1) => new Initializer.Constant(numbers[0]),
            ("literal", > 0) => new Initializer.Literal(numbers),
            _ => throw Unknown(text),
        };
    }

    /// <summary>What stands behind the spaces here, up to a character that is less; nothing at the end.</summary>
    private static string Take(string rows, ref int at, char least)
    {
        while (at < rows.Length && rows[at] <= ' ')
        {
            at++;
        }

        int start = at;
        while (at < rows.Length && rows[at] >= least)
        {
            at++;
        }

        return rows[start..at];
    }

    /// <summary>Integers in brackets: words that end in a comma, and a last one that ends the list. A dimension of one element may have no digits.</summary>
    private static int[] List(string rows, ref int at)
    {
        var values = new List<int>();
        string word = Take(rows, ref at, NoSpace);
        if (word == "[]")
        {
            return [];
        }

        word = word.StartsWith('[') ? word[1..] : throw Unknown(word);
        while (word.EndsWith(','))
        {
            values.Add(Integer(word[..^1]));
            word = Take(rows, ref at, NoSpace);
        }

        values.Add(Integer(word.EndsWith(']') ? word[..^1] : throw Unknown(word)));
        return [.. values];
    }

    private static int Integer(string digits)
    {
        int value = digits.Length > 0 ? 0 : throw Unknown(digits);
        foreach (char digit in digits)
        {
            value = digit is >= '0' and <= '9' ? checked((value * 10) + (digit - '0')) : throw Unknown(digits);
        }

        return value;
    }

    private static FormatException Unknown(string text) => new($"A table of parameters cannot hold '{text}' there.");
}
