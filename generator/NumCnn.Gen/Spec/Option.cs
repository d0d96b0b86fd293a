namespace NumCnn.Gen.Spec;

/// <summary>The forms that an option's value may take in the file.</summary>
internal enum OptionType
{
    Integer,
    Number,
    Flag,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>n or [rows, columns].</summary>
    Pair,

    /// <summary>n, [rows, columns] or [top, left, bottom, right].</summary>
    Sides,

    /// <summary>As <see cref="Sides"/>, or the words same and valid.</summary>
    Padding,

    /// <summary>[channels, rows, columns] or [features], of which one may be -1.</summary>
    Shape,
}

/// <summary>One row of a layer's, a loss's or an initialiser's option table. The reader, the reference page and the JSON schema all follow it.</summary>
internal sealed record Option
{
    /// <summary>The largest count of anything: below it the products of any two integers fit in 64 bits.</summary>
    public const int CountLimit = 1 << 28;

    /// <summary>The largest kernel, stride, dilation or padding.</summary>
    public const int GeometryLimit = 4_096;

    private Option(string name, OptionType type, string doc)
    {
        Name = name;
        Type = type;
        Doc = doc;
    }

    public string Name { get; }

    public OptionType Type { get; }

    /// <summary>One sentence for the reference page and for editors.</summary>
    public string Doc { get; }

    /// <summary>Null: required, unless <see cref="DefaultFrom"/> names another option.</summary>
    public OptionValue? Default { get; private init; }

    /// <summary>The option whose value is this one's default.</summary>
    public string? DefaultFrom { get; private init; }

    public bool Required => Default is null && DefaultFrom is null;

    /// <summary>The smallest number allowed, for each number of the value.</summary>
    public double Minimum { get; private init; } = double.NegativeInfinity;

    /// <summary>The largest number allowed.</summary>
    public double Maximum { get; private init; } = double.PositiveInfinity;

    public bool MinimumExcluded { get; private init; }

    public bool MaximumExcluded { get; private init; }

    /// <summary>The words that a choice may take.</summary>
    public EquatableArray<string> Choices { get; private init; }

    /// <summary>A number of channels, groups, features: at least one.</summary>
    public static Option Count(string name, string doc, int? defaultValue = null) => new(name, OptionType.Integer, doc)
    {
        Default = defaultValue is { } value ? new IntValue(value) : null,
        Minimum = 1,
        Maximum = CountLimit,
    };

    public static Option Integer(string name, string doc, int? defaultValue, int minimum, int maximum) => new(name, OptionType.Integer, doc)
    {
        Default = defaultValue is { } value ? new IntValue(value) : null,
        Minimum = minimum,
        Maximum = maximum,
    };

    public static Option Number(
        string name,
        string doc,
        double? defaultValue,
        double minimum = double.NegativeInfinity,
        double maximum = double.PositiveInfinity,
        bool minimumExcluded = false,
        bool maximumExcluded = false) => new(name, OptionType.Number, doc)
        {
            Default = defaultValue is { } value ? new NumberValue(value) : null,
            Minimum = minimum,
            Maximum = maximum,
            MinimumExcluded = minimumExcluded,
            MaximumExcluded = maximumExcluded,
        };

    public static Option Flag(string name, string doc, bool defaultValue) => new(name, OptionType.Flag, doc) { Default = new FlagValue(defaultValue) };

    /// <summary>One of a few words, the first of which is the default.</summary>
    public static Option Choice(string name, string doc, params string[] choices) => new(name, OptionType.Choice, doc)
    {
        Default = new TextValue(choices[0]),
        Choices = new(choices),
    };

    /// <summary>Rows and columns, each at least <paramref name="minimum"/>; without a default, required.</summary>
    public static Option Pair(string name, string doc, int? defaultValue = null, int minimum = 1, int maximum = GeometryLimit) => new(name, OptionType.Pair, doc)
    {
        Default = defaultValue is { } value ? new IntsValue([value, value]) : null,
        Minimum = minimum,
        Maximum = maximum,
    };

    /// <summary>Rows and columns that are another option's unless given.</summary>
    public static Option PairLike(string name, string doc, string other) => new(name, OptionType.Pair, doc)
    {
        DefaultFrom = other,
        Minimum = 1,
        Maximum = GeometryLimit,
    };

    public static Option Padding(string name, string doc) => new(name, OptionType.Padding, doc)
    {
        Default = PaddingSpec.None,
        Minimum = 0,
        Maximum = GeometryLimit,
    };

    /// <summary>Padding in numbers; without a default, required.</summary>
    public static Option Sides(string name, string doc, bool required = false) => new(name, OptionType.Sides, doc)
    {
        Default = required ? null : PaddingSpec.None,
        Minimum = 0,
        Maximum = GeometryLimit,
    };

    public static Option Shape(string name, string doc) => new(name, OptionType.Shape, doc)
    {
        Minimum = -1,
        Maximum = CountLimit,
    };
}
