using System.Globalization;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Yaml;

namespace NumCnn.Gen.Spec;

/// <summary>Reads the top level of a file.</summary>
internal sealed class NetworkReader
{
    /// <summary>The most layers of a network.</summary>
    public const int LayerLimit = 2_000;

    private readonly ProblemList _problems;
    private readonly ValueReader _values;
    private readonly List<KeySpan> _keys = [];
    private string _name;
    private string _namespace;
    private bool _public = true;
    private DType _dtype = DType.Float32;
    private EquatableArray<int>? _input;
    private ulong _seed;
    private LossSpec? _loss;
    private LayerOptions _codegen = LayerOptions.Empty;

    public NetworkReader(string defaultName, string defaultNamespace, ProblemList problems)
    {
        _name = defaultName;
        _namespace = defaultNamespace;
        _problems = problems;
        _values = new(problems);
    }

    /// <summary>The network with the places of its keys; null if there is an error, which is then among the problems.</summary>
    public (NetworkSpec Network, SpecSpans Spans)? Read(YamlNode? root)
    {
        if (root is not YamlMap map)
        {
            _problems.Add(Rules.NotANetwork, root?.Span ?? default, root?.Describe() ?? "an empty file");
            return null;
        }

        // First, because the range of every number depends on it.
        if (map.Find(NetworkKeys.DType) is { } dtype)
        {
            ReadDType(dtype);
        }

        foreach (var entry in map.Entries)
        {
            ReadKey(entry);
        }

        var start = map.Entries.Count > 0 ? map.Entries[0].Key.Span : map.Span;
        foreach (var required in new[] { NetworkKeys.Input, NetworkKeys.Layers })
        {
            if (map.Find(required) is null)
            {
                _problems.Add(Rules.MissingKey, start, "A network", required);
            }
        }

        _codegen = ReadCodegen(map.Find(NetworkKeys.Codegen));
        var layers = map.Find(NetworkKeys.Layers) is { } list ? ReadLayers(list) : null;
        if (layers is not var (specs, spans) || _problems.HasErrors)
        {
            return null;
        }

        var whole = _keys.Find(key => key.Key == NetworkKeys.Name)?.Span ?? start;
        return (ToSpec(specs), new(new(whole, _keys.ToEquatableArray()), spans));
    }

    private void ReadKey(YamlEntry entry)
    {
        if (_problems.IsFull)
        {
            return;
        }

        var (key, value, span) = (entry.Key.Text, entry.Value, entry.ValueSpan);
        _keys.Add(new(key, span));
        switch (key)
        {
            case NetworkKeys.Name:
                _name = ReadIdentifier(entry, "class's name", Identifiers.ClassNameFault) ?? _name;
                break;
            case NetworkKeys.Namespace:
                _namespace = ReadIdentifier(entry, "namespace", Identifiers.NamespaceFault) ?? _namespace;
                break;
            case NetworkKeys.Accessibility:
                _public = _values.ReadChoice(key, value, span, NetworkKeys.AccessibilityWords) != "internal";
                break;
            case NetworkKeys.Input:
                _input = _values.ReadShape(key, value, span, inferOne: false);
                break;
            case NetworkKeys.Seed:
                _seed = _values.ReadSeed(key, value, span) ?? 0;
                break;
            case NetworkKeys.Loss:
                _loss = NamedReader.Read(key, value, span, LossTables.All, _values, _problems) is var (kind, options) ? new(kind, options) : null;
                break;
            case NetworkKeys.DType or NetworkKeys.Layers or NetworkKeys.Codegen:
                break;
            case "outputs":
                _problems.Add(Rules.OutputsReserved, entry.Key.Span);
                break;
            default:
                NamedReader.UnknownKey(entry.Key, "a network", [.. NetworkKeys.All], _problems);
                break;
        }
    }

    private void ReadDType(YamlEntry entry)
    {
        _dtype = _values.ReadChoice(NetworkKeys.DType, entry.Value, entry.ValueSpan, NetworkKeys.DTypeWords) == "float64" ? DType.Float64 : DType.Float32;
        _values.NumberLimit = _dtype == DType.Float64 ? double.MaxValue : float.MaxValue;
    }

    private string? ReadIdentifier(YamlEntry entry, string what, Func<string, string?> faultOf)
    {
        if (_values.ReadText(entry.Key.Text, entry.Value, entry.ValueSpan) is not { } text)
        {
            return null;
        }

        if (faultOf(text) is { } fault)
        {
            _problems.Add(Rules.InvalidIdentifier, entry.ValueSpan, what, YamlScalar.Show(text), fault);
            return null;
        }

        return text;
    }

    private LayerOptions ReadCodegen(YamlEntry? entry)
    {
        var table = CodegenTable.Table;
        var reader = new OptionReader(table.Options, _values, _problems);
        if (entry?.Value is YamlMap map)
        {
            foreach (var pair in map.Entries)
            {
                if (_problems.IsFull)
                {
                    break;
                }

                if (reader.Find(pair.Key.Text) is { } option)
                {
                    _keys.Add(new(table.Kind + "." + option.Name, pair.ValueSpan));
                    reader.Read(option, pair.Value, pair.ValueSpan);
                }
                else
                {
                    NamedReader.UnknownKey(pair.Key, table.Kind, [.. table.Options.Select(o => o.Name)], _problems);
                }
            }
        }
        else if (entry is not null)
        {
            _values.WrongType(table.Kind, "a map", entry.Value, entry.ValueSpan);
        }

        return reader.Complete(table.Kind, default);
    }

    private (EquatableArray<LayerSpec> Layers, EquatableArray<EntrySpans> Spans)? ReadLayers(YamlEntry entry)
    {
        if (entry.Value is not YamlList list)
        {
            _values.WrongType(NetworkKeys.Layers, "a list, each layer on a line that begins with '- '", entry.Value, entry.ValueSpan);
            return null;
        }

        if (list.Items.Count is 0 or > LayerLimit)
        {
            _problems.Add(Rules.LayerCount, entry.Key.Span, list.Items.Count.ToString("N0", CultureInfo.InvariantCulture), LayerLimit.ToString("N0", CultureInfo.InvariantCulture));
            return null;
        }

        var reader = new LayerReader(_values, _problems);
        var entries = new List<LayerEntry>(list.Items.Count);
        foreach (var item in list.Items)
        {
            if (_problems.IsFull)
            {
                return null;
            }

            entries.Add(reader.Read(item));
        }

        return LayerGraph.Resolve(entries, _name, _problems);
    }

    private NetworkSpec ToSpec(EquatableArray<LayerSpec> layers) => new()
    {
        Name = _name,
        Namespace = _namespace,
        Public = _public,
        DType = _dtype,
        Input = _input!.Value,
        Seed = _seed,
        Layers = layers,
        Loss = _loss,
        Unroll = CommonKeys.UnrollOf(_codegen.Text("unroll")) ?? UnrollMode.Auto,
        Backward = _codegen.Flag("backward"),
        KeepAll = _codegen.Text("keep") == "all",
        Winograd = _codegen.Text("winograd") == "auto",
    };
}
