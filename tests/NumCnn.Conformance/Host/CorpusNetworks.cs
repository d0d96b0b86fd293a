using System.Collections.Concurrent;
using System.Numerics;
using System.Text.RegularExpressions;

namespace NumCnn.Conformance.Host;

/// <summary>
/// The corpus, compiled in both element types whatever its files say: float32 as {Class}Float32, float64 as {Class}Float64.
/// Networks are compiled by tens, when a test first asks for one of them.
/// </summary>
internal static partial class CorpusNetworks
{
    private const int PerCompilation = 12;

    private static readonly ConcurrentDictionary<int, Lazy<CompiledNetworks>> Compiled = new();

    /// <summary>Every assembly of the corpus, for tests that read the code.</summary>
    public static IEnumerable<CompiledNetworks> All => Enumerable.Range(0, (CorpusNetwork.All.Count + PerCompilation - 1) / PerCompilation).Select(Assembly);

    /// <summary>A network's class.</summary>
    public static Type TypeOf<T>(string name) => Compilation(name).TypeOf(ClassName<T>(CorpusNetwork.Get(name)));

    /// <summary>A new network with the parameters that the reference values belong to.</summary>
    public static INetwork<T> Load<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => (INetwork<T>)LoadPredictor<T>(name);

    /// <summary>The same for a network that may have no backward pass.</summary>
    public static IPredictor<T> LoadPredictor<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => WithParameters(Create<T>(name), name);

    /// <summary>Gives a network the parameters that the reference values belong to.</summary>
    public static IPredictor<T> WithParameters<T>(IPredictor<T> network, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CorpusNetwork corpus = CorpusNetwork.Get(name);
        foreach (string parameter in corpus.ParameterNames)
        {
            network.Parameters[parameter].CopyFrom(Numbers.To<T>(corpus.Golden.Values("param." + parameter)));
        }

        return network;
    }

    /// <summary>A new network with its own first parameters.</summary>
    public static IPredictor<T> Create<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => (IPredictor<T>)Compilation(name).Create(ClassName<T>(CorpusNetwork.Get(name)));

    /// <summary>The class that a network becomes in an element type.</summary>
    public static string ClassName<T>(CorpusNetwork network) => NameIn(network.Yaml) + (typeof(T) == typeof(float) ? "Float32" : "Float64");

    /// <summary>The YAML of a network in an element type.</summary>
    public static string Variant(CorpusNetwork network, bool isFloat32)
    {
        string yaml = DType().Replace(network.Yaml, "");
        return ClassName().Replace(yaml, match => $"{match.Value}{(isFloat32 ? "Float32\ndtype: float32" : "Float64\ndtype: float64")}");
    }

    /// <summary>Which assembly a network is in.</summary>
    public static int IndexOf(string name) => CorpusNetwork.All.TakeWhile(network => network.Name != name).Count() / PerCompilation;

    private static CompiledNetworks Compilation(string name) => Assembly(IndexOf(name));

    private static CompiledNetworks Assembly(int index) => Compiled.GetOrAdd(index, static index => new(() => NetworkHost.Compile(Files(index)))).Value;

    /// <summary>An assembly's networks.</summary>
    public static IEnumerable<(string Path, string Yaml)> Files(int index)
    {
        foreach (CorpusNetwork network in CorpusNetwork.All.Skip(index * PerCompilation).Take(PerCompilation))
        {
            yield return ($"{network.Name}_float32.network.yaml", Variant(network, isFloat32: true));
            yield return ($"{network.Name}_float64.network.yaml", Variant(network, isFloat32: false));
        }
    }

    /// <summary>The class that a YAML names.</summary>
    public static string NameIn(string yaml) => ClassName().Match(yaml).Groups["name"].Value;

    [GeneratedRegex("^name: (?<name>[A-Za-z0-9]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClassName();

    [GeneratedRegex("^dtype: .*\n", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DType();
}
