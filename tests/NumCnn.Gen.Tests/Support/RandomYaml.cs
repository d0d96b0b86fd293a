using System.Globalization;
using System.Text;
using NumCnn.Gen.Layers;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Tests.Support;

/// <summary>Files that follow the grammar and the option tables but not reason: any layer behind any other, sizes from 1 to the limit.</summary>
internal sealed class RandomYaml(int seed)
{
    private readonly Random _random = new(seed);

    public string Next()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"dtype: {Pick("float32", "float64")}\n");
        text.Append(_random.Next(3) == 0 ? $"input: [{Size()}]\n" : $"input: [{Size()}, {Size()}, {Size()}]\n");
        text.Append("layers:\n");
        var count = _random.Next(1, 6);
        for (var i = 0; i < count; i++)
        {
            AppendLayer(text, Catalogue.All[_random.Next(Catalogue.All.Count)], i);
        }

        if (_random.Next(2) == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"loss: {LossTables.All[_random.Next(LossTables.All.Length)].Kind}\n");
        }

        return text.ToString();
    }

    private void AppendLayer(StringBuilder text, Layer layer, int index)
    {
        var options = layer.Options
            .Where(option => option.Required || _random.Next(3) == 0)
            .Select(option => $"{option.Name}: {Value(option)}")
            .Append($"name: l{index.ToString(CultureInfo.InvariantCulture)}");
        if (layer.Arity == Arity.Many)
        {
            options = options.Append($"from: [{Before(index)}, {Before(index)}]");
        }

        text.Append(CultureInfo.InvariantCulture, $"  - {layer.Kind}: {{{string.Join(", ", options)}}}\n");
    }

    private string Before(int index) => index == 0 || _random.Next(3) == 0 ? "input" : FormattableString.Invariant($"l{_random.Next(2) * (index - 1)}");

    private string Value(Option option) => option.Type switch
    {
        OptionType.Integer => Integer(option),
        OptionType.Number => Pick("0.5", "0.25", "1e-30"),
        OptionType.Flag => Pick("true", "false"),
        OptionType.Choice => option.Choices[_random.Next(option.Choices.Length)],
        OptionType.Pair => Pick(Integer(option), $"[{Integer(option)}, {Integer(option)}]"),
        OptionType.Sides or OptionType.Padding => Pick(Integer(option), $"[{Integer(option)}, {Integer(option)}, {Integer(option)}, {Integer(option)}]", option.Type == OptionType.Padding ? "same" : "0"),
        OptionType.Shape => Pick("[-1]", $"[{Size()}, -1, {Size()}]", $"[{Size()}]"),
        _ => throw new InvalidOperationException($"No value for {option.Type}."),
    };

    private string Integer(Option option)
    {
        var value = _random.Next(12) switch
        {
            0 => option.Maximum,
            1 => option.Minimum,
            _ => Math.Max(option.Minimum, _random.Next(4)),
        };
        return ((long)value).ToString(CultureInfo.InvariantCulture);
    }

    private string Size() => _random.Next(10) switch
    {
        0 => Option.CountLimit.ToString(CultureInfo.InvariantCulture),
        1 => "65537",
        _ => _random.Next(1, 13).ToString(CultureInfo.InvariantCulture),
    };

    private string Pick(params string[] values) => values[_random.Next(values.Length)];
}
