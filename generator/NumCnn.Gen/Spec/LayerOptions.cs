using System.Globalization;

namespace NumCnn.Gen.Spec;

/// <summary>Options by name, in the order of the table that declares them. A name that has no value and no default is absent.</summary>
internal sealed record LayerOptions(EquatableArray<OptionEntry> Entries)
{
    public static readonly LayerOptions Empty = new(default(EquatableArray<OptionEntry>));

    /// <summary>True if the option has a value, written or by default.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>True if the file itself gives the option.</summary>
    public bool IsGiven(string name) => Find(name) is { Given: true };

    public int Int(string name) => Get<IntValue>(name).Value;

    public double Number(string name) => Get<NumberValue>(name).Value;

    public bool Flag(string name) => Get<FlagValue>(name).Value;

    public string Text(string name) => Get<TextValue>(name).Value;

    /// <summary>A value of rows and columns; one number in the file means both.</summary>
    public (int H, int W) Pair(string name)
    {
        var values = Get<IntsValue>(name).Values;
        return (values[0], values[1]);
    }

    public EquatableArray<int> Ints(string name) => Get<IntsValue>(name).Values;

    public PaddingSpec Padding(string name) => Get<PaddingSpec>(name);

    private OptionEntry? Find(string name)
    {
        foreach (var entry in Entries)
        {
            if (entry.Name == name)
            {
                return entry;
            }
        }

        return null;
    }

    private T Get<T>(string name)
        where T : OptionValue
        => Find(name)?.Value as T ?? throw new InvalidOperationException($"Option '{name}' has no value of type {typeof(T).Name}.");
}

/// <summary>One option's value and whether the file gives it.</summary>
internal sealed record OptionEntry(string Name, OptionValue Value, bool Given);

/// <summary>A value of an option. ToString writes it as the file would.</summary>
internal abstract record OptionValue;

internal sealed record IntValue(int Value) : OptionValue
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

internal sealed record NumberValue(double Value) : OptionValue
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

internal sealed record FlagValue(bool Value) : OptionValue
{
    public override string ToString() => Value ? "true" : "false";
}

internal sealed record TextValue(string Value) : OptionValue
{
    public override string ToString() => Value;
}

internal sealed record IntsValue(EquatableArray<int> Values) : OptionValue
{
    public override string ToString() => Values.ToString();
}

internal enum PaddingMode
{
    Explicit,

    /// <summary>As many rows and columns as keep ceil(size / stride), the odd one at the end (TensorFlow's rule).</summary>
    Same,

    /// <summary>None.</summary>
    Valid,
}

/// <summary>The rows and columns around an image; the four sides hold zero unless the mode is explicit.</summary>
internal sealed record PaddingSpec(PaddingMode Mode, int Top, int Left, int Bottom, int Right) : OptionValue
{
    public static readonly PaddingSpec None = new(PaddingMode.Explicit, 0, 0, 0, 0);

    public static PaddingSpec All(int size) => new(PaddingMode.Explicit, size, size, size, size);

    public override string ToString() => Mode switch
    {
        PaddingMode.Same => "same",
        PaddingMode.Valid => "valid",
        _ when Top == Bottom && Left == Right && Top == Left => Top.ToString(CultureInfo.InvariantCulture),
        _ when Top == Bottom && Left == Right => FormattableString.Invariant($"[{Top}, {Left}]"),
        _ => FormattableString.Invariant($"[{Top}, {Left}, {Bottom}, {Right}]"),
    };
}
