using NumCnn.Benchmarks.Peers.OnnxRuntime;
using NumCnn.Conformance;
using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Onnx.Tests;

/// <summary>Every network of the corpus, and so every layer and option, evaluated by ONNX Runtime.</summary>
public class OnnxRuntimeTests
{
    // 2⁻²⁴ = 6e-8 a rounding; both sides sum hundreds of terms, in orders of their own, through up to three layers.
    private const double Tolerance = 5e-6;

    // Many layers, each of which passes on the errors before it, and amplifies them where it normalises.
    private const double DeepTolerance = 5e-5;

    private static readonly HashSet<string> s_deep = new(StringComparer.Ordinal) { "small_resnet", "small_mobilenet", "small_unet", "autoencoder", "lenet5", "keep_all" };

    public static TheoryData<string> Networks => new(CorpusNetwork.All.Select(static network => network.Name));

    [OnnxRuntimeTheory]
    [MemberData(nameof(Networks))]
    public void ONNX_Runtime_computes_what_the_network_computes(string name)
    {
        var corpus = CorpusNetwork.Get(name);
        var network = CorpusNetworks.LoadPredictor<float>(name);
        float[] input = Numbers.To<float>(corpus.Golden.Values("x"));
        var expected = new float[corpus.Samples * network.Info.OutputLength];
        network.Predict(input, expected);
        string path = Path.Combine(Path.GetTempPath(), $"{name}-{Guid.NewGuid():N}.onnx");
        try
        {
            OnnxExporter.Save(network, path);
            using var session = new OrtSession(OnnxRuntimeTheoryAttribute.Library!, path, corpus.Samples, 1, network.Info);
            input.CopyTo(session.Input);
            session.Run();
            Compare.Close(name, Numbers.From<float>(expected), Numbers.From<float>(session.Output), s_deep.Contains(name) ? DeepTolerance : Tolerance);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
