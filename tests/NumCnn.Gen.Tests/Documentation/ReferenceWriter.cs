using System.Globalization;
using System.Text;
using NumCnn.Gen.Layers;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Tests.Documentation;

/// <summary>The parts of docs/yaml-reference.md that follow from the option tables.</summary>
internal static class ReferenceWriter
{
    public static string Layers()
    {
        var text = new StringBuilder();
        foreach (var layer in Catalogue.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"### {layer.Kind}\n\n{layer.Summary}\n\n");
            AppendTable(text, layer.Options);
            var more = CommonKeys.Of(layer).Except([CommonKeys.Name, CommonKeys.From, CommonKeys.Keep, CommonKeys.Unroll]).ToArray();
            var reads = layer.Arity == Arity.Many ? $" Reads 2 to {LayerGraph.SourceLimit} inputs: `from` is required, and a lone list sets it." : "";
            var takes = more.Length > 0 ? " Also takes " + string.Join(", ", more.Select(key => $"`{key}`")) + "." : "";
            text.Append(CultureInfo.InvariantCulture, $"Unnamed: `{layer.NamePrefix}1`.{reads}{takes}\n\n");
        }

        return text.ToString();
    }

    public static string Tables(IEnumerable<OptionTable> tables, string heading)
    {
        var text = new StringBuilder();
        foreach (var table in tables)
        {
            text.Append(CultureInfo.InvariantCulture, $"{heading} {table.Kind}\n\n{table.Summary}\n\n");
            AppendTable(text, table.Options);
        }

        return text.ToString();
    }

    private static void AppendTable(StringBuilder text, EquatableArray<Option> options)
    {
        if (options.Length == 0)
        {
            return;
        }

        text.Append("| option | value | default | |\n| --- | --- | --- | --- |\n");
        foreach (var option in options)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{option.Name}` | {Value(option)} | {Default(option)} | {option.Doc} |\n");
        }

        text.Append('\n');
    }

    private static string Default(Option option) => option switch
    {
        { Default: IntsValue { Values: var values } } when values[0] == values[1] => $"`{values[0].ToString(CultureInfo.InvariantCulture)}`",
        { Default: { } value } => $"`{value}`",
        { DefaultFrom: { } other } => $"as `{other}`",
        _ => "required",
    };

    private static string Value(Option option) => option.Type switch
    {
        OptionType.Integer => "whole number" + Range(option),
        OptionType.Number => "number" + Range(option),
        OptionType.Flag => "`true`, `false`",
        OptionType.Choice => string.Join(", ", option.Choices.Select(word => $"`{word}`")),
        OptionType.Pair => "n or [rows, columns]" + Range(option),
        OptionType.Sides => "n, [rows, columns] or [top, left, bottom, right]" + Range(option),
        OptionType.Padding => "n, [rows, columns], [top, left, bottom, right], `same` or `valid`" + Range(option),
        OptionType.Shape => "[channels, rows, columns] or [features]",
        _ => throw new InvalidOperationException($"No text for {option.Type}."),
    };

    // The upper limits that hold for all numbers of a kind are said once, at the page's top.
    private static string Range(Option option)
    {
        var low = double.IsNegativeInfinity(option.Minimum) || option.Minimum == int.MinValue ? null
            : (option.MinimumExcluded ? "> " : "≥ ") + option.Minimum.ToString(CultureInfo.InvariantCulture);
        var high = double.IsPositiveInfinity(option.Maximum) || option.Maximum is int.MaxValue or Option.CountLimit or Option.GeometryLimit ? null
            : (option.MaximumExcluded ? "< " : "≤ ") + option.Maximum.ToString(CultureInfo.InvariantCulture);
        return string.Concat(new[] { low, high }.Where(bound => bound is not null).Select(bound => ", " + bound));
    }
}
