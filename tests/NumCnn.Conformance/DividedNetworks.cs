using System.Collections.Concurrent;
using NumCnn.Conformance.Host;
using NumCnn.Gen;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Conformance;

/// <summary>
/// The corpus in float32 as if its networks were large: every step is divided that can be, so that threads share single samples, weights
/// are fetched ahead, and images leave their borders' places, and with them their zeros, to others.
/// </summary>
internal static class DividedNetworks
{
    /// <summary>Limits that nothing is too small for.</summary>
    public static readonly SizeLimits Limits = new(0, 0, 0, double.PositiveInfinity, 0, 0, 0);

    private static readonly ConcurrentDictionary<int, Lazy<CompiledNetworks>> Compiled = new();

    /// <summary>A new network with the parameters that the reference values belong to.</summary>
    public static CompiledPredictor<float> Load(string name)
    {
        var assembly = Compiled.GetOrAdd(CorpusNetworks.IndexOf(name), static index => new(() => Compile(index))).Value;
        return (CompiledPredictor<float>)CorpusNetworks.WithParameters((IPredictor<float>)assembly.Create(CorpusNetworks.ClassName<float>(CorpusNetwork.Get(name))), name);
    }

    /// <summary>A network as the generator reads it.</summary>
    public static NetworkSpec Spec(string yaml)
        => Stages.Read(new NetworkFile("network.yaml", yaml, NetworkHost.Namespace, CorpusNetworks.NameIn(yaml))).Network ?? throw new InvalidOperationException($"{CorpusNetworks.NameIn(yaml)} is in error.");

    /// <summary>Networks as the generator reads them, compiled as if they were large.</summary>
    public static CompiledNetworks Compile(IEnumerable<string> networks)
        => new(NetworkHost.CompileSources(networks.SelectMany(static yaml => EmitStage.Generate(Spec(yaml), limits: Limits)).Select(static source => source.Text)), [], []);

    private static CompiledNetworks Compile(int index)
        => Compile(CorpusNetworks.Files(index).Where(static file => file.Path.Contains("_float32.", StringComparison.Ordinal)).Select(static file => file.Yaml));
}
