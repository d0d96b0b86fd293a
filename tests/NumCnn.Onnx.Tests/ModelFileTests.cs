using System.Numerics;
using System.Runtime.InteropServices;
using NumCnn.Conformance;
using NumCnn.Conformance.Host;
using NumCnn.Gen;
using NumCnn.Gen.Spec;
using NumCnn.Onnx.Layers;
using Xunit;

namespace NumCnn.Onnx.Tests;

/// <summary>What an exported file holds, read back field by field; and what happens when it cannot be written.</summary>
public class ModelFileTests
{
    public static TheoryData<string> Networks => ["lenet5", "small_resnet", "conv_transpose2d_groups", "prelu_channels", "batch_norm1d_plain"];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Parameters_of_a_float32_network_are_in_the_file(string name) => CheckParameters<float>(name);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Parameters_of_a_float64_network_are_in_the_file(string name) => CheckParameters<double>(name);

    [Fact]
    public void The_file_tells_its_version_its_input_and_its_output()
    {
        var network = CorpusNetworks.LoadPredictor<float>("lenet5");
        var model = Export(network);
        Assert.Equal(8L, model.Integers(1).Single());
        Assert.Equal(OnnxExporter.Opset, model.Messages(8).Single().Integers(2).Single());
        var graph = model.Messages(7).Single();
        Assert.Equal(["input: 1 [N, 1, 28, 28]"], graph.Messages(11).Select(Describe));
        Assert.Equal(["output: 1 [N, 10]"], graph.Messages(12).Select(Describe));
        Assert.Contains("conv1 Conv (input, conv1.weight, conv1.bias) -> conv1.output", graph.Messages(1).Select(DescribeNode));
    }

    [Fact]
    public void Every_kind_of_layer_in_the_corpus_has_a_translation_and_no_translation_is_without_a_network()
    {
        // From the YAML as the generator reads it: to compile the whole corpus would take minutes.
        var specs = CorpusNetwork.All.Select(static network => Stages.Read(new NetworkFile("network.yaml", network.Yaml, NetworkHost.Namespace, CorpusNetworks.NameIn(network.Yaml))).Network);
        var kinds = specs.SelectMany(static spec => spec!.Layers).Select(static layer => layer.Kind).Distinct(StringComparer.Ordinal);
        Assert.Equal(kinds.Order(StringComparer.Ordinal), LayerTranslations<float>.Kinds.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_unknown_layer_is_named_and_an_existing_file_stays()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "old");
            var problem = Assert.Throws<NotSupportedException>(() => OnnxExporter.Save(new Unknown(), path));
            Assert.Contains("'odd1'", problem.Message, StringComparison.Ordinal);
            Assert.Contains("mystery", problem.Message, StringComparison.Ordinal);
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_an_IOException() =>
        Assert.ThrowsAny<IOException>(static () => OnnxExporter.Save(new Unknown(), Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "model.onnx")));

    private static void CheckParameters<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = CorpusNetworks.LoadPredictor<T>(name);
        var tensors = Export(network).Messages(7).Single().Messages(5).ToDictionary(static tensor => tensor.Text(8), StringComparer.Ordinal);
        Assert.NotEmpty(network.Parameters);
        foreach (var parameter in network.Parameters)
        {
            var tensor = tensors[parameter.Name];
            Assert.Equal(typeof(T) == typeof(float) ? 1L : 11L, tensor.Integers(2).Single());
            Assert.Equal((long)parameter.Length, tensor.Integers(1).Aggregate(1L, static (product, size) => product * size));
            Assert.Equal(parameter.ToArray(), MemoryMarshal.Cast<byte, T>(tensor.Bytes(9)).ToArray());
        }
    }

    private static ProtoReader Export<T>(IPredictor<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var stream = new MemoryStream();
        OnnxExporter.Write(network, stream);
        return new ProtoReader(stream.ToArray());
    }

    private static string Describe(ProtoReader value)
    {
        var tensor = value.Messages(2).Single().Messages(1).Single();
        var sizes = tensor.Messages(2).Single().Messages(1).Select(static size => size.Integers(1).Any() ? $"{size.Integers(1).Single()}" : size.Text(2));
        return $"{value.Text(1)}: {tensor.Integers(1).Single()} [{string.Join(", ", sizes)}]";
    }

    private static string DescribeNode(ProtoReader node) => $"{node.Text(3)} {node.Text(4)} ({string.Join(", ", node.Texts(1))}) -> {node.Text(2)}";

    private sealed class Unknown : IPredictor<float>
    {
        public NetworkInfo Info { get; } = new("Odd", "float32", [1], [1], [new("odd1", "mystery", "mystery", [1], [1], 0, 0, null, ["input"], [])], 0, 0);

        public ParameterSet<float> Parameters { get; } = new([], 0, 0);

        public void Predict(ReadOnlySpan<float> input, Span<float> output) => input.CopyTo(output);
    }
}
