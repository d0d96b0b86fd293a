using System.Globalization;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Yaml;

namespace NumCnn.Gen.Spec;

/// <summary>Nodes to typed values. A method that returns null or false has listed the problem.</summary>
internal sealed partial class ValueReader(ProblemList problems)
{
    /// <summary>The largest number of the network's element type.</summary>
    public double NumberLimit { get; set; } = float.MaxValue;

    /// <summary>The value of an option.</summary>
    public OptionValue? Read(Option option, YamlNode node, SourceSpan span)
    {
        switch (option.Type)
        {
            case OptionType.Integer:
                return ReadInteger(option.Name, node, span, option.Minimum, option.Maximum) is { } integer ? new IntValue(integer) : null;
            case OptionType.Number:
                return ReadNumber(option, node, span) is { } number ? new NumberValue(number) : null;
            case OptionType.Flag:
                return ReadFlag(option.Name, node, span) is { } flag ? new FlagValue(flag) : null;
            case OptionType.Choice:
                return ReadChoice(option.Name, node, span, option.Choices) is { } word ? new TextValue(word) : null;
            case OptionType.Pair:
                return ReadPair(option, node, span) is { } pair ? new IntsValue(pair) : null;
            case OptionType.Sides:
            case OptionType.Padding:
                return ReadPadding(option, node, span);
            case OptionType.Shape:
                return ReadShape(option.Name, node, span, inferOne: true) is { } shape ? new IntsValue(shape) : null;
            default:
                throw new InvalidOperationException($"No reader for {option.Type}.");
        }
    }

    public bool? ReadFlag(string key, YamlNode node, SourceSpan span)
    {
        if (node is YamlScalar { Plain: true } scalar)
        {
            if (scalar.Text is "true" or "false")
            {
                return scalar.Text == "true";
            }

            if (Numerals.AmbiguityOf(scalar.Text) is { } fault && fault.EndsWith("true or false", StringComparison.Ordinal))
            {
                problems.Add(Rules.AmbiguousScalar, span, key, "true or false", scalar.Text, fault);
                return null;
            }
        }

        WrongType(key, "true or false", node, span);
        return null;
    }

    /// <summary>One of several words.</summary>
    public string? ReadChoice(string key, YamlNode node, SourceSpan span, EquatableArray<string> choices)
    {
        if (node is not YamlScalar { IsNothing: false } scalar)
        {
            WrongType(key, List(choices), node, span);
            return null;
        }

        if (choices.Contains(scalar.Text))
        {
            return scalar.Text;
        }

        problems.Add(Rules.UnknownWord, span, key, YamlScalar.Show(scalar.Text), Suggestion.Phrase(scalar.Text, choices), List(choices));
        return null;
    }

    /// <summary>Any text.</summary>
    public string? ReadText(string key, YamlNode node, SourceSpan span)
    {
        if (node is YamlScalar { IsNothing: false } scalar)
        {
            return scalar.Text;
        }

        WrongType(key, "a name", node, span);
        return null;
    }

    public int? ReadInteger(string key, YamlNode node, SourceSpan span, double minimum, double maximum, string what = "a whole number")
    {
        if (IntegerText(key, node, span, what) is not { } text)
        {
            return null;
        }

        var parsed = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        if (parsed && value >= minimum && value <= maximum)
        {
            return (int)value;
        }

        // A text that is too long for a long lies on the side of its sign.
        var below = parsed ? value < minimum : text[0] == '-';
        problems.Add(Rules.OutOfRange, span, key, YamlScalar.Show(text), below ? "at least " + Show(minimum) : "at most " + Show(maximum));
        return null;
    }

    public ulong? ReadSeed(string key, YamlNode node, SourceSpan span)
    {
        if (IntegerText(key, node, span, "a whole number") is not { } text)
        {
            return null;
        }

        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        problems.Add(Rules.OutOfRange, span, key, YamlScalar.Show(text), text[0] == '-' ? "at least 0" : "at most " + ulong.MaxValue.ToString(CultureInfo.InvariantCulture));
        return null;
    }

    public void WrongType(string key, string expected, YamlNode node, SourceSpan span)
        => problems.Add(Rules.WrongType, span, YamlScalar.Show(key), expected, node is YamlScalar { Plain: false } ? "text in quotes" : node.Describe());

    public static string List(IEnumerable<string> words) => string.Join(", ", words);

    private double? ReadNumber(Option option, YamlNode node, SourceSpan span)
    {
        if (ReadNumber(option.Name, node, span) is not { } value)
        {
            return null;
        }

        string? fault = null;
        if (value < option.Minimum || (option.MinimumExcluded && value <= option.Minimum))
        {
            fault = (option.MinimumExcluded ? "greater than " : "at least ") + Show(option.Minimum);
        }
        else if (value > option.Maximum || (option.MaximumExcluded && value >= option.Maximum))
        {
            fault = (option.MaximumExcluded ? "less than " : "at most ") + Show(option.Maximum);
        }

        if (fault is null)
        {
            return value;
        }

        problems.Add(Rules.OutOfRange, span, option.Name, ((YamlScalar)node).Text, fault);
        return null;
    }

    /// <summary>A finite number that the network's element type can hold.</summary>
    private double? ReadNumber(string key, YamlNode node, SourceSpan span)
    {
        if (node is not YamlScalar { Plain: true } scalar || !Numerals.IsNumber(scalar.Text))
        {
            NotANumber(key, node, span, "a number");
            return null;
        }

        var value = Numerals.Parse(scalar.Text);
        if (Math.Abs(value) <= NumberLimit)
        {
            return value;
        }

        problems.Add(Rules.OutOfRange, span, key, YamlScalar.Show(scalar.Text), "at most " + NumberLimit.ToString("0.#####e+0", CultureInfo.InvariantCulture) + " in size");
        return null;
    }

    private string? IntegerText(string key, YamlNode node, SourceSpan span, string what)
    {
        if (node is YamlScalar { Plain: true } scalar && Numerals.IsInteger(scalar.Text))
        {
            return scalar.Text;
        }

        NotANumber(key, node, span, what);
        return null;
    }

    private void NotANumber(string key, YamlNode node, SourceSpan span, string what)
    {
        if (node is YamlScalar { Plain: true } scalar && Numerals.AmbiguityOf(scalar.Text) is { } fault && !fault.EndsWith("true or false", StringComparison.Ordinal))
        {
            problems.Add(Rules.AmbiguousScalar, span, key, what, YamlScalar.Show(scalar.Text), fault);
        }
        else
        {
            WrongType(key, what, node, span);
        }
    }

    private static string Show(double bound) => bound.ToString("#,0.###", CultureInfo.InvariantCulture);
}
