using NumCnn.Gen.Spec;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>What the file's text means.</summary>
public class GrammarTests
{
    [Fact]
    public void LeNet5_is_read_with_every_default()
    {
        var network = Networks.Resolve(Networks.LeNet5);

        Assert.Equal("LeNet5", network.Name);
        Assert.Equal("Samples.Digits", network.Namespace);
        Assert.True(network.Public);
        Assert.Equal(DType.Float32, network.DType);
        Assert.Equal([1, 28, 28], network.Input);
        Assert.Equal(42UL, network.Seed);
        Assert.Equal("cross_entropy", network.Loss!.Kind);
        Assert.Equal(-100, network.Loss.Options.Int("ignore_index"));
        Assert.Equal(0.0, network.Loss.Options.Number("label_smoothing"));
        Assert.Equal(
            ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten1", "linear1", "relu3", "scores"],
            network.Layers.Select(layer => layer.Name));
        Assert.All(network.Layers.Select((layer, i) => (layer, i)), pair => Assert.Equal([pair.i - 1], pair.layer.Inputs));

        var conv = network.Layers[0].Options;
        Assert.Equal(6, conv.Int("out_channels"));
        Assert.Equal((5, 5), conv.Pair("kernel_size"));
        Assert.Equal((1, 1), conv.Pair("stride"));
        Assert.Equal(new PaddingSpec(PaddingMode.Explicit, 2, 2, 2, 2), conv.Padding("padding"));
        Assert.True(conv.Flag("bias"));
        Assert.Equal("zeros", conv.Text("padding_mode"));

        var pool = network.Layers[2].Options;
        Assert.Equal((2, 2), pool.Pair("stride"));
        Assert.False(pool.IsGiven("stride"));
    }

    [Fact]
    public void A_graph_is_read_with_literals_and_initialisers()
    {
        var network = Networks.Resolve(Networks.Residual);

        Assert.Equal(DType.Float64, network.DType);
        Assert.Equal("Network", network.Name);
        Assert.Equal("Consumer", network.Namespace);
        Assert.Equal(PaddingMode.Same, network.Layers[0].Options.Padding("padding").Mode);
        Assert.True(network.Layers[1].Frozen);
        Assert.Equal(0.2, network.Layers[2].Options.Number("negative_slope"));
        Assert.Equal([LayerSpec.NetworkInput], network.Layers[3].Inputs);
        Assert.Equal("normal", network.Layers[3].Init!.Kind);
        Assert.Equal(0.1, network.Layers[3].Init!.Options.Number("std"));
        Assert.Equal([2, 3], network.Layers[4].Inputs);
        Assert.True(network.Layers[4].Keep);
        Assert.Equal([2, 4], network.Layers[7].Weight!.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 0.85], network.Layers[7].Weight!.Values);
        Assert.Equal([0, -1], network.Layers[7].Bias!.Values);
        Assert.True(network.Layers[7].Options.Flag("bias"));
        Assert.Equal(0.5, network.Loss!.Options.Number("beta"));
    }

    [Fact]
    public void Layers_that_read_later_ones_come_behind_them()
    {
        var network = Networks.Resolve("""
            input: [4]
            layers:
              - add: {name: sum, from: [b, a]}
              - relu: {name: a, from: input}
              - tanh: {name: b, from: a}
            """);

        Assert.Equal(["a", "b", "sum"], network.Layers.Select(layer => layer.Name));
        Assert.Equal([1, 0], network.Layers[2].Inputs);
    }

    [Fact]
    public void Naming_a_layer_renames_no_other()
    {
        var network = Networks.Resolve("""
            input: [4]
            layers:
              - linear: 4
              - linear: {out_features: 4, name: middle}
              - linear: 4
              - relu6
              - batch_norm1d
            """);

        Assert.Equal(["linear1", "middle", "linear3", "relu6_1", "batch_norm1"], network.Layers.Select(layer => layer.Name));
    }

    [Theory]
    [InlineData("padding: 1", 1, 1, 1, 1)]
    [InlineData("padding: [1, 2]", 1, 2, 1, 2)]
    [InlineData("padding: [1, 2, 3, 4]", 1, 2, 3, 4)]
    public void Padding_takes_one_two_or_four_numbers(string padding, int top, int left, int bottom, int right)
    {
        var network = Networks.Resolve($"input: [1, 8, 8]\nlayers:\n  - conv2d: {{out_channels: 1, kernel_size: 3, {padding}}}\n");

        Assert.Equal(new PaddingSpec(PaddingMode.Explicit, top, left, bottom, right), network.Layers[0].Options.Padding("padding"));
    }

    [Theory]
    [InlineData("network.yaml", "Network")]
    [InlineData("lenet5.network.yaml", "Lenet5")]
    [InlineData("le-net_5.network.yaml", "LeNet5")]
    [InlineData("ResNet.network.yml", "ResNet")]
    [InlineData("3d.network.yaml", "Network3d")]
    [InlineData("--.network.yaml", "Network")]
    [InlineData("ключ.network.yaml", "Ключ")]
    public void A_file_without_a_name_lends_its_own(string file, string expected) => Assert.Equal(expected, Identifiers.FromFileName(file));

    [Theory]
    [InlineData("My.App", "My.App")]
    [InlineData("My-App.2d", "My_App._2d")]
    [InlineData("a..b", "a.b")]
    [InlineData("My.namespace", "My._namespace")]
    [InlineData("", "")]
    public void A_root_namespace_becomes_valid(string root, string expected) => Assert.Equal(expected, Identifiers.ToNamespace(root));

    [Theory]
    [InlineData("conv1", "Conv1")]
    [InlineData("batch_norm1", "BatchNorm1")]
    [InlineData("layer1.0.conv1", "Layer1_0_Conv1")]
    [InlineData("0", "_0")]
    [InlineData("relu6_1", "Relu6_1")]
    [InlineData("conv_1", "Conv1")]
    public void A_layer_lends_its_name_to_its_member(string layer, string member) => Assert.Equal(member, MemberNames.Of(layer));

    [Theory]
    [InlineData("0", true, true)]
    [InlineData("-12", true, true)]
    [InlineData("1.5", false, true)]
    [InlineData("1e-3", false, true)]
    [InlineData("-0.5E+10", false, true)]
    [InlineData("010", false, false)]
    [InlineData("+1", false, false)]
    [InlineData("0x10", false, false)]
    [InlineData("1_000", false, false)]
    [InlineData(".5", false, false)]
    [InlineData("5.", false, false)]
    [InlineData("1e", false, false)]
    [InlineData("-", false, false)]
    [InlineData("", false, false)]
    [InlineData("٣", false, false)]
    [InlineData(".nan", false, false)]
    public void Numbers_have_one_form(string text, bool integer, bool number)
    {
        Assert.Equal(integer, Numerals.IsInteger(text));
        Assert.Equal(number, Numerals.IsNumber(text));
    }

    [Theory]
    [InlineData("conv2D", "conv2d")]
    [InlineData("Conv-2d", "conv2d")]
    [InlineData("cnov2d", "conv2d")]
    [InlineData("maxpool2d", "max_pool2d")]
    [InlineData("kernel", "kernel_size")]
    [InlineData("zebra", null)]
    public void A_slip_finds_its_word(string text, string? expected)
        => Assert.Equal(expected, Suggestion.Nearest(text, ["conv2d", "linear", "max_pool2d", "kernel_size"]));

    [Fact]
    public void Places_are_counted_as_the_editor_counts_them()
    {
        // A byte order mark, carriage returns, a character of two units, and a tab.
        var found = GeneratorHost.Diagnose("\uFEFFname: Net\r\n# \U0001F600\r\ninput: [1, 8, 8]\r\nlayers:\r\n  - conv2d:\r\n      out_channels: 4\r\n      kernel: 3\t# here\r\n      kernel_size: 3\r\n");

        Assert.StartsWith("(7,7): error NCG0007", Assert.Single(found), StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_texts_are_equal_networks() => Assert.Equal(Networks.Resolve(Networks.Residual), Networks.Resolve("# moved\n\n" + Networks.Residual));

    [Fact]
    public void Different_options_are_different_networks()
        => Assert.NotEqual(Networks.Resolve(Networks.Residual), Networks.Resolve(Networks.Residual.Replace("8.5e-1", "8.5e-2", StringComparison.Ordinal)));
}
