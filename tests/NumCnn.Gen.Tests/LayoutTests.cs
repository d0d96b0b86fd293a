using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Which values lie in rows, and in how many phases. Names stand for the values behind the layers; 0 is channels last.</summary>
public class LayoutTests
{
    private const string Conv = "  - conv2d: {out_channels: 6, kernel_size: 3, padding: 1}\n";
    private const string Wide = "  - conv2d: {out_channels: 16, kernel_size: 3, padding: 1}\n";

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(3, 40)]
    public void Rows_begin_at_a_line_behind_any_border(int phases, int left)
    {
        var view = Value.Rows("x", Shape.Image(2, 5, 30), phases, new Border(1, left, 1, 1), block: 16);
        Assert.All([view.Origin, view.RowStride, view.ChannelStride], static offset => Assert.Equal(0, offset % 16));
        Assert.True(view.Origin - view.RowStride >= left / phases, "There is no room for the border.");
    }

    [Theory]
    [InlineData(64, 14, 1, 16, 1024 + 16)]
    [InlineData(128, 14, 1, 16, 2048 + 16)]
    [InlineData(64, 14, 1, 8, 1024 + 8)]
    [InlineData(32, 14, 1, 16, 512)]
    [InlineData(64, 13, 1, 16, 960)]
    [InlineData(64, 16, 0, 16, 1024)] // without a border they follow each other
    [InlineData(64, 40, 1, 16, 2688 + 16)] // pixels of four lines in rows of 168 would have a quarter of the places
    [InlineData(32, 80, 1, 16, 2624 + 16)]
    [InlineData(32, 40, 1, 8, 1344 + 8)]
    [InlineData(48, 80, 1, 16, 3936)] // pixels of three lines have them all
    [InlineData(64, 28, 1, 16, 1920)] // such an image of five rows stays in the cache
    [InlineData(64, 40, 0, 16, 2560)]
    public void Rows_that_would_share_places_of_the_first_cache_lie_a_line_further_apart(int channels, int columns, int border, int block, int row)
        => Assert.Equal(row, Value.ChannelsLast("x", Shape.Image(channels, 5, columns), channels, new Border(border, border, border, border), 0, block).RowStride);

    [Theory]
    [InlineData(1024, 3, "float32", 1024 + 16)]
    [InlineData(2048, 3, "float32", 2048 + 16)]
    [InlineData(512, 3, "float64", 512 + 8)]
    [InlineData(512, 3, "float32", 512)]
    [InlineData(1024, 1, "float32", 1024)] // a single one
    public void Pixels_of_whole_pages_do_too(int channels, int size, string type, int pitch)
    {
        var network = Networks.Resolve($"name: Net\ninput: [16, {size}, {size}]\ndtype: {type}\nlayers:\n  - conv2d: {{out_channels: {channels}, kernel_size: 1}}\n");
        Assert.Equal(pitch, NetworkGraph.Build(network, new ProblemSink())!.Nodes[^1].Output.View.ColumnStride);
    }

    [Fact]
    public void Channels_that_fill_a_vector_lie_last()
        => Assert.Equal("input 0, conv1 0, conv2 0", Layout("[16, 28, 28]", Wide + Wide));

    [Fact]
    public void Inputs_of_two_to_four_channels_lie_in_rows()
        => Assert.Equal(["input 1, conv1 0", "input 1, conv1 0", "input 0, conv1 0"], new[] { 2, 4, 5 }.Select(channels => Layout($"[{channels}, 28, 28]", Wide)));

    [Fact]
    public void Few_channels_lie_in_rows()
        => Assert.Equal("input 1, conv1 1, relu1 1", Layout("[1, 28, 28]", Conv + "  - relu\n"));

    [Fact]
    public void Pooling_puts_its_columns_in_phases_as_far_as_the_input()
        => Assert.Equal(
            "input 4, conv1 4, pool1 2, conv2 2, pool2 1",
            Layout("[1, 16, 64]", Conv + "  - max_pool2d: 2\n" + Conv + "  - max_pool2d: 2\n"));

    [Fact]
    public void A_stride_makes_phases_of_what_it_reads()
        => Assert.Equal("input 3, conv1 1", Layout("[2, 12, 96]", "  - conv2d: {out_channels: 4, kernel_size: 3, stride: 3}\n"));

    [Fact]
    public void A_wide_convolution_reads_rows_and_writes_channels_last()
        => Assert.Equal("input 2, conv1 2, pool1 1, conv2 0", Layout("[1, 28, 28]", Conv + "  - max_pool2d: 2\n" + Wide));

    [Fact]
    public void Short_rows_are_not_worth_it()
        => Assert.Equal("input 0, conv1 0", Layout("[1, 200, 5]", Conv));

    [Fact]
    public void Few_multiply_adds_are_not_worth_it()
        => Assert.Equal("input 0, conv1 0", Layout("[1, 2, 28]", Conv));

    [Fact]
    public void Phases_that_leave_lanes_empty_are_not_worth_it()
        => Assert.Equal("input 0, conv1 0, pool1 0", Layout("[1, 28, 28]", Conv + "  - max_pool2d: 4\n"));

    [Fact]
    public void A_layer_that_needs_channels_together_keeps_them_so()
        => Assert.Equal("input 0, conv1 0, softmax1 0", Layout("[1, 28, 28]", Conv + "  - softmax\n"));

    [Fact]
    public void Batch_norm_wants_rows_without_a_rest()
    {
        Assert.Equal("input 1, conv1 1, batch_norm1 1", Layout("[1, 28, 32]", Conv + "  - batch_norm2d\n"));
        Assert.Equal("input 0, conv1 0, batch_norm1 0", Layout("[1, 28, 28]", Conv + "  - batch_norm2d\n"));
    }

    [Fact]
    public void Half_as_many_lanes_of_float64_are_filled_sooner()
        => Assert.Equal("input 0, conv1 0", Layout("[1, 28, 28]", Conv, "float64"));

    private static string Layout(string input, string layers, string type = "float32")
    {
        var network = Networks.Resolve($"name: Net\ninput: {input}\ndtype: {type}\nlayers:\n{layers}");
        var problems = new ProblemSink();
        var graph = NetworkGraph.Build(network, problems);
        Assert.False(problems.HasErrors);
        return string.Join(", ", graph!.Nodes.Select(node => node.Output).Prepend(graph.Input).Select(value => $"{value.Name} {value.Phases}"));
    }
}
