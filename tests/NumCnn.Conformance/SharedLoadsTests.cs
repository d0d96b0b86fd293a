using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>
/// Steps that stand together so that they load each element once: the same bits as from steps that stand for themselves, which
/// is how everything is emitted under <c>unroll: none</c>.
/// </summary>
public class SharedLoadsTests
{
    private const int Samples = 3;

    private static readonly (string Name, string Input, string Layer)[] Layers =
    [
        ("Depthwise", "20, 11, 13", "conv2d: {out_channels: 20, kernel_size: 3, padding: 1, groups: 20}"),
        ("DepthwiseStrided", "20, 14, 13", "conv2d: {out_channels: 20, kernel_size: 3, stride: 2, padding: 1, groups: 20}"),
        ("DepthwiseLarge", "16, 12, 12", "conv2d: {out_channels: 16, kernel_size: 5, padding: 2, groups: 16}"),
        ("DepthwiseDilated", "16, 14, 14", "conv2d: {out_channels: 16, kernel_size: 3, dilation: 2, padding: 2, groups: 16}"),
        ("Transposed", "16, 9, 9", "conv_transpose2d: {out_channels: 16, kernel_size: 4, stride: 2, padding: 1, groups: 16}"),
        ("Pooled", "16, 13, 13", "avg_pool2d: {kernel_size: 3, stride: 1}"),
        ("Convolution", "32, 12, 12", "conv2d: {out_channels: 32, kernel_size: 3, padding: 1}"),
    ];

    private static readonly Lazy<CompiledNetworks> Compiled = new(static () => NetworkHost.Compile(
        Layers.SelectMany(static layer => new[] { ("Auto", "auto"), ("None", "none") }
            .Select(variant => ($"{layer.Name}{variant.Item1}.network.yaml", $"name: {layer.Name}{variant.Item1}\ncodegen: {{unroll: {variant.Item2}}}\ninput: [{layer.Input}]\nseed: 1\nlayers:\n  - {layer.Layer}\nloss: mse\n")))));

    public static TheoryData<string> Names => [.. Layers.Select(static layer => layer.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_that_share_their_loads_change_no_bit(string name)
    {
        var (output, inputGradient, gradients) = Run(name + "None");
        var shared = Run(name + "Auto");
        Compare.SameBits<float>("output", output, shared.Output);
        Compare.SameBits<float>("input gradient", inputGradient, shared.InputGradient);
        Compare.SameBits<float>("gradients", gradients, shared.Gradients);
    }

    [Theory]
    [InlineData("Depthwise")]
    [InlineData("DepthwiseStrided")]
    [InlineData("DepthwiseLarge")]
    [InlineData("DepthwiseDilated")]
    public void Steps_share_their_loads_unless_told_not_to_be_unrolled(string name)
    {
        Assert.Contains("is loaded once", Source(name + "Auto"), StringComparison.Ordinal);
        Assert.DoesNotContain("is loaded once", Source(name + "None"), StringComparison.Ordinal);
    }

    private static string Source(string name) => Compiled.Value.Sources.Single(source => source.HintName.EndsWith($"{name}.g.cs", StringComparison.Ordinal)).SourceText.ToString();

    private static (float[] Output, float[] InputGradient, float[] Gradients) Run(string name)
    {
        var network = (INetwork<float>)Compiled.Value.Create(name);
        var random = new System.Random(7);
        float[] x = Values(network.Info.InputLength), dy = Values(network.Info.OutputLength), dx = new float[x.Length];
        float[] y = network.Forward(x).ToArray();
        network.Backward(dy, dx);
        return (y, dx, network.Parameters.Gradients.ToArray());

        float[] Values(int length) => [.. Enumerable.Range(0, Samples * length).Select(_ => random.NextSingle() - 0.5f)];
    }
}
