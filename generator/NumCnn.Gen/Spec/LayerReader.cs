using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Layers;
using NumCnn.Gen.Yaml;

namespace NumCnn.Gen.Spec;

/// <summary>Reads one entry of <c>layers:</c>.</summary>
internal sealed class LayerReader(ValueReader values, ProblemList problems)
{
    private const string UnlikelyLayer = "type";

    public LayerEntry Read(YamlNode node)
    {
        var form = EntryForm.Parse(node, kind => Catalogue.Find(kind) is not null);
        if (form is null)
        {
            problems.Add(Rules.LayerForm, node.Span, node.Describe());
            return new LayerEntry(node.Span);
        }

        var entry = new LayerEntry(form.Word.Span) { Layer = Catalogue.Find(form.Word.Text) };
        if (entry.Layer is not { } layer)
        {
            UnknownLayer(form);
            return entry;
        }

        var options = new OptionReader(layer.Options, values, problems);
        if (form.Primary is { } primary)
        {
            ReadPrimary(entry, layer, primary, options);
        }

        foreach (var option in form.Options)
        {
            ReadKey(entry, layer, option, options);
        }

        foreach (var option in form.Beside)
        {
            // Read as if it stood below, so that one slip is one message.
            Beside(layer, option);
            if (Catalogue.Find(option.Key.Text) is null)
            {
                ReadKey(entry, layer, option, options);
            }
        }

        entry.Options = options.Complete(layer.Kind, entry.Span);
        CheckConflicts(entry);
        return entry;
    }

    private void UnknownLayer(EntryForm form)
    {
        var word = form.Word.Text;
        var kinds = Catalogue.All.Select(layer => layer.Kind);
        var hint = Suggestion.Phrase(word, kinds);
        if (hint.Length == 0)
        {
            hint = word is UnlikelyLayer or "kind" or "name" or "layer"
                ? "; the layer itself is the key, as in 'conv2d: {out_channels: 6, kernel_size: 5}'"
                : "; the layers are " + ValueReader.List(kinds);
        }

        problems.Add(Rules.UnknownLayer, form.Word.Span, YamlScalar.Show(word), hint);
    }

    private void Beside(Layer layer, YamlEntry option)
    {
        if (Catalogue.Find(option.Key.Text) is not null)
        {
            problems.Add(Rules.LayerForm, option.Key.Span, $"a map with both '{layer.Kind}' and '{option.Key.Text}': begin each layer with '- '");
        }
        else
        {
            problems.Add(Rules.OptionBesideLayer, option.Key.Span, YamlScalar.Show(option.Key.Text), layer.Kind);
        }
    }

    private void ReadPrimary(LayerEntry entry, Layer layer, YamlNode primary, OptionReader options)
    {
        if (layer.Arity == Arity.Many)
        {
            ReadFrom(entry, primary, primary.Span);
        }
        else if (layer.Options.Length > 0)
        {
            var first = layer.Options[0];
            entry.Keys.Add(new(first.Name, primary.Span));
            options.Read(first, primary, primary.Span);
        }
        else
        {
            values.WrongType(layer.Kind, "no options of its own, only a map of " + ValueReader.List(CommonKeys.Of(layer)), primary, primary.Span);
        }
    }

    private void ReadKey(LayerEntry entry, Layer layer, YamlEntry pair, OptionReader options)
    {
        if (problems.IsFull)
        {
            return;
        }

        var key = pair.Key.Text;
        entry.Keys.Add(new(key, pair.ValueSpan));
        if (key == CommonKeys.Bias && pair.Value is YamlList && layer.Parameters.HasFlag(LayerParameters.Bias))
        {
            entry.Bias = values.ReadLiteral(key, pair.Value, pair.ValueSpan);
        }
        else if (options.Find(key) is { } option)
        {
            options.Read(option, pair.Value, pair.ValueSpan);
        }
        else if (!CommonKeys.All.Contains(key))
        {
            var known = layer.Options.Select(o => o.Name).Concat(CommonKeys.Of(layer)).ToArray();
            NamedReader.UnknownKey(pair.Key, layer.Kind, known, problems);
        }
        else if (CommonKeys.Fault(layer, key) is { } fault)
        {
            problems.Add(Rules.DoesNotApply, pair.Key.Span, key, layer.Kind, fault);
        }
        else
        {
            ReadCommon(entry, pair);
        }
    }

    private void ReadCommon(LayerEntry entry, YamlEntry pair)
    {
        var key = pair.Key.Text;
        var span = pair.ValueSpan;
        switch (key)
        {
            case CommonKeys.Name:
                entry.NameSpan = span;
                entry.Name = values.ReadText(key, pair.Value, span);
                break;
            case CommonKeys.From:
                ReadFrom(entry, pair.Value, span);
                break;
            case CommonKeys.Keep:
                entry.Keep = values.ReadFlag(key, pair.Value, span) ?? false;
                break;
            case CommonKeys.Frozen:
                entry.Frozen = values.ReadFlag(key, pair.Value, span) ?? false;
                break;
            case CommonKeys.Unroll:
                entry.Unroll = CommonKeys.UnrollOf(values.ReadChoice(key, pair.Value, span, CommonKeys.UnrollWords));
                break;
            case CommonKeys.Weight:
                entry.Weight = values.ReadLiteral(key, pair.Value, span);
                break;
            case CommonKeys.Bias:
                entry.Bias = values.ReadLiteral(key, pair.Value, span);
                break;
            case CommonKeys.Init:
                entry.Init = NamedReader.Read(key, pair.Value, span, InitTables.All, values, problems) is var (kind, options) ? new(kind, options) : null;
                break;
            default:
                throw new InvalidOperationException($"No reader for '{key}'.");
        }
    }

    private void ReadFrom(LayerEntry entry, YamlNode node, SourceSpan span)
    {
        var sources = node is YamlList list ? list.Items : [node];
        entry.FromSpan = span;
        entry.Keys.Add(new(CommonKeys.From, span));
        if (sources.All(source => source is YamlScalar { IsNothing: false }))
        {
            entry.From = [.. sources.Cast<YamlScalar>()];
        }
        else
        {
            values.WrongType(CommonKeys.From, "a layer's name or a list of them", node is YamlList ? sources.First(s => s is not YamlScalar { IsNothing: false }) : node, span);
            entry.Layer = null;
        }
    }

    private void CheckConflicts(LayerEntry entry)
    {
        if (entry.Init is not null && entry.Weight is not null)
        {
            problems.Add(Rules.Conflict, entry.Span, CommonKeys.Init, CommonKeys.Weight, "the weight is either drawn or given");
        }

        if (entry.Options.Has("affine") && !entry.Options.Flag("affine"))
        {
            foreach (var (key, literal) in new[] { (CommonKeys.Weight, entry.Weight), (CommonKeys.Bias, entry.Bias) })
            {
                if (literal is not null)
                {
                    problems.Add(Rules.Conflict, entry.Span, key, "affine: false", "without affine there is no " + key);
                }
            }
        }

        if (entry.Weight is not null && entry.Options.IsGiven(CommonKeys.Init))
        {
            problems.Add(Rules.Conflict, entry.Span, CommonKeys.Init, CommonKeys.Weight, "the weight is given twice");
        }
    }
}
