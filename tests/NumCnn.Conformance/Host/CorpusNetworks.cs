using System.Collections.Concurrent;
using System.Numerics;
using System.Text.RegularExpressions;
using NumCnn.Gen;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Conformance.Host;

/// <summary>
/// The corpus, compiled in both element types whatever its files say: float32 as {Class}Float32, float64 as {Class}Float64.
/// Networks are compiled by tens, when a test first asks for one of them.
/// </summary>
internal static partial class CorpusNetworks
{
    private const int PerCompilation = 12;

    /// <summary>Limits that leave nothing whole for being small.</summary>
    public static readonly ShareLimits EverythingIsLarge = new(0, 0, 0, double.PositiveInfinity);

    private static readonly ConcurrentDictionary<int, Lazy<CompiledNetworks>> Compiled = new();
    private static readonly ConcurrentDictionary<int, Lazy<CompiledNetworks>> CompiledDivided = new();

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
        => WithParameters((IPredictor<T>)Compilation(name).Create(ClassName<T>(CorpusNetwork.Get(name))), name);

    /// <summary>The same in float32 with every step divided that can be, however small, so that threads share single samples.</summary>
    public static CompiledPredictor<float> LoadDivided(string name)
        => (CompiledPredictor<float>)WithParameters((IPredictor<float>)DividedAssembly(IndexOf(name)).Create(ClassName<float>(CorpusNetwork.Get(name))), name);

    private static IPredictor<T> WithParameters<T>(IPredictor<T> network, string name)
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
    public static string ClassName<T>(CorpusNetwork network) => ClassName().Match(network.Yaml).Groups["name"].Value + (typeof(T) == typeof(float) ? "Float32" : "Float64");

    /// <summary>The YAML of a network in an element type.</summary>
    public static string Variant(CorpusNetwork network, bool isFloat32)
    {
        string yaml = DType().Replace(network.Yaml, "");
        return ClassName().Replace(yaml, match => $"{match.Value}{(isFloat32 ? "Float32\ndtype: float32" : "Float64\ndtype: float64")}");
    }

    private static int IndexOf(string name) => CorpusNetwork.All.TakeWhile(network => network.Name != name).Count() / PerCompilation;

    private static CompiledNetworks Compilation(string name) => Assembly(IndexOf(name));

    private static CompiledNetworks DividedAssembly(int index) => CompiledDivided.GetOrAdd(index, static index => new(() => new CompiledNetworks(
        NetworkHost.CompileSources(Files(index).Where(static file => file.Path.Contains("_float32.", StringComparison.Ordinal)).SelectMany(static file => EmitStage.Generate(Spec(file.Path, file.Yaml), limits: EverythingIsLarge)).Select(static source => source.Text)), [], []))).Value;

    /// <summary>A corpus network as the generator reads it.</summary>
    public static NetworkSpec Spec(string path, string yaml)
        => Stages.Read(new NetworkFile(path, yaml, NetworkHost.Namespace, ClassName().Match(yaml).Groups["name"].Value)).Network ?? throw new InvalidOperationException($"{path} is in error.");

    private static CompiledNetworks Assembly(int index) => Compiled.GetOrAdd(index, static index => new(() => NetworkHost.Compile(Files(index)))).Value;

    private static IEnumerable<(string Path, string Yaml)> Files(int index)
    {
        foreach (CorpusNetwork network in CorpusNetwork.All.Skip(index * PerCompilation).Take(PerCompilation))
        {
            yield return ($"{network.Name}_float32.network.yaml", Variant(network, isFloat32: true));
            yield return ($"{network.Name}_float64.network.yaml", Variant(network, isFloat32: false));
        }
    }

    [GeneratedRegex("^name: (?<name>[A-Za-z0-9]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClassName();

    [GeneratedRegex("^dtype: .*\n", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DType();
}
