namespace NumCnn;

/// <summary>
/// PyTorch's num_batches_tracked: for each batch norm the number of training batches that its running statistics have
/// seen. A state_dict holds it beside them, so weight files do too; with a fixed momentum nothing is computed from it.
/// </summary>
public sealed class BatchCounters
{
    private const string MeanSuffix = "running_mean";
    private readonly string[] _names;
    private readonly long[] _values;

    internal BatchCounters(IReadOnlyList<ParameterInfo> infos)
    {
        var names = new List<string>();
        for (int i = 0; i < infos.Count; i++)
        {
            string name = infos[i].Name;
            if (name == MeanSuffix || name.EndsWith("." + MeanSuffix, StringComparison.Ordinal))
            {
                names.Add(name[..^MeanSuffix.Length] + "num_batches_tracked");
            }
        }

        _names = [.. names];
        _values = new long[_names.Length];
    }

    /// <summary>The keys in a state_dict, such as bn1.num_batches_tracked, in the order of the parameters.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The counts, in the order of <see cref="Names"/>; generated code adds to them.</summary>
    public Span<long> Values => _values;

    /// <summary>The count of one batch norm.</summary>
    /// <param name="name">Its key, such as bn1.num_batches_tracked.</param>
    /// <exception cref="KeyNotFoundException">There is no such counter.</exception>
    public long this[string name]
    {
        get => _values[IndexOf(name)];
        set => _values[IndexOf(name)] = value;
    }

    /// <summary>The position of a count, or -1.</summary>
    internal int Find(string name) => Array.IndexOf(_names, name);

    private int IndexOf(string name) => Find(name) is var index and >= 0
        ? index
        : throw new KeyNotFoundException($"No batch counter is named '{name}'. There are: {string.Join(", ", _names)}.");
}
