using System.Globalization;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Layers;
using NumCnn.Gen.Yaml;

namespace NumCnn.Gen.Spec;

/// <summary>Names, references and order of the layers: entries as written become layers that know their inputs by index.</summary>
internal sealed class LayerGraph
{
    /// <summary>What <c>from:</c> calls the network's own input.</summary>
    public const string InputName = "input";

    /// <summary>The most values that one layer may read.</summary>
    public const int SourceLimit = 256;

    private readonly List<LayerEntry> _entries;
    private readonly ProblemList _problems;
    private readonly string[] _names;
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    private LayerGraph(List<LayerEntry> entries, ProblemList problems)
    {
        _entries = entries;
        _problems = problems;
        _names = LayerNames.Assign(entries);
    }

    /// <summary>The layers in topological order with the places of their keys; null if there is a problem.</summary>
    public static (EquatableArray<LayerSpec> Layers, EquatableArray<EntrySpans> Spans)? Resolve(List<LayerEntry> entries, string className, ProblemList problems)
    {
        var graph = new LayerGraph(entries, problems);
        LayerNames.Check(entries, graph._names, className, problems);
        for (var i = 0; i < entries.Count; i++)
        {
            if (!graph._byName.ContainsKey(graph._names[i]))
            {
                graph._byName.Add(graph._names[i], i);
            }
        }

        var inputs = graph.ResolveSources();

        // Half-known entries would make every later message a guess.
        if (problems.HasErrors || graph.Order(inputs) is not { } order || !graph.CheckReaders(inputs))
        {
            return null;
        }

        var position = new int[entries.Count];
        for (var i = 0; i < order.Count; i++)
        {
            position[order[i]] = i;
        }

        return (
            order.Select(index => graph.ToSpec(index, inputs[index].Select(source => source < 0 ? source : position[source]))).ToEquatableArray(),
            order.Select(index => new EntrySpans(entries[index].Span, entries[index].Keys.ToEquatableArray())).ToEquatableArray());
    }

    private int[][] ResolveSources()
    {
        var inputs = new int[_entries.Count][];
        for (var i = 0; i < inputs.Length; i++)
        {
            var entry = _entries[i];
            CheckCount(entry, _names[i]);
            inputs[i] = entry.From is { } names ? [.. names.Select(name => Resolve(name))] : [i - 1];
        }

        return inputs;
    }

    private void CheckCount(LayerEntry entry, string name)
    {
        if (entry.Layer is not { } layer)
        {
            return;
        }

        var count = entry.From?.Count ?? 1;
        if (layer.Arity == Arity.One && count != 1)
        {
            _problems.Add(Rules.SourceCount, entry.FromSpan, name, layer.Kind, "one input", count.ToString(CultureInfo.InvariantCulture));
        }
        else if (layer.Arity == Arity.Many && entry.From is null)
        {
            _problems.Add(Rules.MissingKey, entry.Span, layer.Kind, CommonKeys.From);
        }
        else if (layer.Arity == Arity.Many && count is < 2 or > SourceLimit)
        {
            var expected = FormattableString.Invariant($"2 to {SourceLimit} inputs");
            _problems.Add(Rules.SourceCount, entry.FromSpan, name, layer.Kind, expected, count.ToString(CultureInfo.InvariantCulture));
        }
    }

    private int Resolve(YamlScalar name)
    {
        if (name.Text == InputName)
        {
            return LayerSpec.NetworkInput;
        }

        if (_byName.TryGetValue(name.Text, out var index))
        {
            return index;
        }

        if (!_problems.IsFull)
        {
            _problems.Add(Rules.UnknownSource, name.Span, YamlScalar.Show(name.Text), Suggestion.Phrase(name.Text, _names.Concat([InputName])));
        }

        return LayerSpec.NetworkInput;
    }

    /// <summary>The file's order, but each layer behind what it reads; null if there is a cycle.</summary>
    private List<int>? Order(int[][] inputs)
    {
        var readers = new List<int>[inputs.Length];
        var missing = new int[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            foreach (var source in inputs[i].Where(source => source >= 0))
            {
                (readers[source] ??= []).Add(i);
                missing[i]++;
            }
        }

        // Always the first in the file of those that are ready, so that the order is the file's wherever it can be.
        var ready = new SortedSet<int>(Enumerable.Range(0, inputs.Length).Where(i => missing[i] == 0));
        var order = new List<int>(inputs.Length);
        while (ready.Count > 0)
        {
            var next = ready.Min;
            ready.Remove(next);
            order.Add(next);
            foreach (var reader in readers[next] ?? [])
            {
                if (--missing[reader] == 0)
                {
                    ready.Add(reader);
                }
            }
        }

        if (order.Count == inputs.Length)
        {
            return order;
        }

        var cycle = FindCycle(inputs, missing);
        _problems.Add(Rules.Cycle, _entries[cycle[0]].FromSpan, ShowCycle(cycle));
        return null;
    }

    /// <summary>Follows unfinished inputs from any unfinished layer until one comes round again.</summary>
    private static List<int> FindCycle(int[][] inputs, int[] missing)
    {
        var path = new List<int>();
        var seen = new HashSet<int>();
        var current = Array.FindIndex(missing, count => count > 0);
        while (seen.Add(current))
        {
            path.Add(current);
            current = inputs[current].First(source => source >= 0 && missing[source] > 0);
        }

        return path.GetRange(path.IndexOf(current), path.Count - path.IndexOf(current));
    }

    private string ShowCycle(List<int> cycle)
    {
        const int Shown = 8;
        var names = cycle.Take(Shown).Select(index => _names[index]);
        return string.Join(" ← ", cycle.Count > Shown ? names.Concat(["…", _names[cycle[0]]]) : names.Concat([_names[cycle[0]]]));
    }

    /// <summary>All layers but one, the output, have to be read. In an acyclic graph that one is then last in every order.</summary>
    private bool CheckReaders(int[][] inputs)
    {
        var read = new bool[inputs.Length];
        foreach (var source in inputs.SelectMany(sources => sources).Where(source => source >= 0))
        {
            read[source] = true;
        }

        var output = Array.LastIndexOf(read, false);
        for (var i = 0; i < output; i++)
        {
            if (!read[i])
            {
                _problems.Add(Rules.UnreadLayer, _entries[i].NameSpan, _names[i], _names[output]);
            }
        }

        return !_problems.HasErrors;
    }

    private LayerSpec ToSpec(int index, IEnumerable<int> inputs)
    {
        var entry = _entries[index];
        return new()
        {
            Kind = entry.Layer!.Kind,
            Name = _names[index],
            Inputs = inputs.ToEquatableArray(),
            Options = entry.Options,
            Frozen = entry.Frozen,
            Keep = entry.Keep,
            Unroll = entry.Unroll,
            Init = entry.Init,
            Weight = entry.Weight,
            Bias = entry.Bias,
        };
    }
}
