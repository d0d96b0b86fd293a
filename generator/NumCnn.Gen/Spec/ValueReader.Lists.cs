using System.Globalization;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Yaml;

namespace NumCnn.Gen.Spec;

internal sealed partial class ValueReader
{
    private static readonly EquatableArray<string> PaddingWords = ["same", "valid"];

    /// <summary>[channels, rows, columns] or [features]; one entry may be -1 if it is to be inferred.</summary>
    public EquatableArray<int>? ReadShape(string key, YamlNode node, SourceSpan span, bool inferOne)
    {
        if (node is not YamlList list || list.Items.Count is not (1 or 3))
        {
            var hint = node is YamlList { Items.Count: 2 } ? "a list of two; for one channel write [1, rows, columns]" : null;
            problems.Add(Rules.WrongType, span, key, "[channels, rows, columns] or [features]", hint ?? (node is YamlList other ? Count(other) : node.Describe()));
            return null;
        }

        var values = ReadIntegers(key, list, inferOne ? -1 : 1, Option.CountLimit);
        if (values is { } shape && inferOne && (shape.Contains(0) || shape.Count(size => size < 0) > 1))
        {
            problems.Add(Rules.WrongType, span, key, "positive sizes, of which one may be -1", shape.ToString());
            return null;
        }

        return values;
    }

    /// <summary>Nested lists of numbers, all of one shape.</summary>
    public LiteralSpec? ReadLiteral(string key, YamlNode node, SourceSpan span)
    {
        if (node is not YamlList list)
        {
            WrongType(key, "a list of numbers", node, span);
            return null;
        }

        var shape = new List<int>();
        for (YamlNode first = list; first is YamlList inner; first = inner.Items[0])
        {
            shape.Add(inner.Items.Count);
            if (inner.Items.Count == 0)
            {
                problems.Add(Rules.RaggedLiteral, span, key, "a list is empty");
                return null;
            }
        }

        var values = new List<double>();
        return ReadLiteral(key, list, shape, 0, values) ? new LiteralSpec(shape.ToEquatableArray(), values.ToEquatableArray()) : null;
    }

    private bool ReadLiteral(string key, YamlList list, List<int> shape, int depth, List<double> values)
    {
        if (list.Items.Count != shape[depth])
        {
            var expected = shape[depth].ToString(CultureInfo.InvariantCulture);
            problems.Add(Rules.RaggedLiteral, list.Span, key, $"this list holds {Count(list.Items.Count)}, but those before it {expected}");
            return false;
        }

        foreach (var item in list.Items)
        {
            var inner = item as YamlList;
            if (inner is not null != depth + 1 < shape.Count)
            {
                problems.Add(Rules.RaggedLiteral, item.Span, key, "some lists hold numbers and some lists");
                return false;
            }

            if (inner is not null)
            {
                if (!ReadLiteral(key, inner, shape, depth + 1, values))
                {
                    return false;
                }
            }
            else if (ReadNumber(key, item, item.Span) is { } value)
            {
                values.Add(value);
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private EquatableArray<int>? ReadPair(Option option, YamlNode node, SourceSpan span)
    {
        const string Form = "a whole number or [rows, columns]";
        if (node is not YamlList list)
        {
            return ReadInteger(option.Name, node, span, option.Minimum, option.Maximum, Form) is { } both ? [both, both] : null;
        }

        if (list.Items.Count == 2)
        {
            return ReadIntegers(option.Name, list, option.Minimum, option.Maximum);
        }

        problems.Add(Rules.WrongType, span, option.Name, Form, Count(list));
        return null;
    }

    private PaddingSpec? ReadPadding(Option option, YamlNode node, SourceSpan span)
    {
        var words = option.Type == OptionType.Padding;
        var form = "a whole number, [rows, columns] or [top, left, bottom, right]" + (words ? ", same or valid" : "");
        if (node is YamlList list)
        {
            if (list.Items.Count is not (2 or 4))
            {
                problems.Add(Rules.WrongType, span, option.Name, form, Count(list));
                return null;
            }

            return ReadIntegers(option.Name, list, option.Minimum, option.Maximum) is not { } sides
                ? null
                : new(PaddingMode.Explicit, sides[0], sides[1], sides[sides.Length - 2], sides[sides.Length - 1]);
        }

        if (words && node is YamlScalar { Text: var text } && text.Length > 0 && char.IsLetter(text[0]) && Numerals.AmbiguityOf(text) is null)
        {
            return ReadChoice(option.Name, node, span, PaddingWords) switch
            {
                "same" => new(PaddingMode.Same, 0, 0, 0, 0),
                "valid" => new(PaddingMode.Valid, 0, 0, 0, 0),
                _ => null,
            };
        }

        return ReadInteger(option.Name, node, span, option.Minimum, option.Maximum, form) is { } size ? PaddingSpec.All(size) : null;
    }

    private EquatableArray<int>? ReadIntegers(string key, YamlList list, double minimum, double maximum)
    {
        var values = new int[list.Items.Count];
        var good = true;
        for (var i = 0; i < values.Length; i++)
        {
            if (ReadInteger(key, list.Items[i], list.Items[i].Span, minimum, maximum) is { } value)
            {
                values[i] = value;
            }
            else
            {
                good = false;
            }
        }

        return good ? new(values) : null;
    }

    private static string Count(YamlList list) => list.Items.Count == 0 ? "an empty list" : "a list of " + list.Items.Count.ToString(CultureInfo.InvariantCulture);

    private static string Count(int values) => values == 1 ? "1 value" : values.ToString(CultureInfo.InvariantCulture) + " values";
}
