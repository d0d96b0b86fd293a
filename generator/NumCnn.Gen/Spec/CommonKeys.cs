using NumCnn.Gen.Layers;

namespace NumCnn.Gen.Spec;

/// <summary>The keys that layers take besides their own options.</summary>
internal static class CommonKeys
{
    public const string Name = "name";
    public const string From = "from";
    public const string Keep = "keep";
    public const string Unroll = "unroll";
    public const string Frozen = "frozen";
    public const string Init = "init";
    public const string Weight = "weight";
    public const string Bias = "bias";

    public static readonly EquatableArray<string> All = [Name, From, Keep, Unroll, Frozen, Init, Weight, Bias];

    public static readonly EquatableArray<string> UnrollWords = ["auto", "full", "none"];

    /// <summary>Those that a layer takes.</summary>
    public static IEnumerable<string> Of(Layer layer)
        => All.Where(key => Fault(layer, key) is null && !layer.Options.Any(option => option.Name == key));

    /// <summary>Why a layer does not take a key; null if it does.</summary>
    public static string? Fault(Layer layer, string key) => key switch
    {
        Frozen when layer.Parameters == LayerParameters.None => "it has no parameters",
        Init when !layer.Parameters.HasFlag(LayerParameters.Fan) => "it has no weight to draw",
        Weight when !layer.Parameters.HasFlag(LayerParameters.Weight) => "it has no weight",
        Bias when !layer.Parameters.HasFlag(LayerParameters.Bias) => "it has no bias",
        _ => null,
    };

    public static UnrollMode? UnrollOf(string? word) => word switch
    {
        "auto" => UnrollMode.Auto,
        "full" => UnrollMode.Full,
        "none" => UnrollMode.None,
        _ => null,
    };
}
