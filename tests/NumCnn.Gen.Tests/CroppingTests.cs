using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Which rows and columns are not computed because nobody reads them.</summary>
public class CroppingTests
{
    private const string Image = "  - conv2d: {out_channels: 16, kernel_size: 5, padding: 2}\n";

    [Theory]
    [InlineData(Image + "  - relu\n  - max_pool2d: 3\n", 18, 18)]
    [InlineData(Image + "  - gelu\n  - max_pool2d: {kernel_size: [3, 2]}\n", 18, 20)]
    [InlineData(Image + "  - max_pool2d: {kernel_size: 3, stride: 5, dilation: 2}\n", 20, 20)]
    [InlineData(Image + "  - avg_pool2d: {kernel_size: 2, stride: 4}\n", 18, 18)]
    [InlineData(Image + "  - relu\n  - conv2d: {out_channels: 4, kernel_size: 2, stride: 3}\n", 20, 20)]
    [InlineData(Image + "  - relu\n  - conv2d: {out_channels: 16, kernel_size: 3}\n  - relu\n  - max_pool2d: 5\n", 17, 17)]
    public void An_image_ends_where_its_last_reader_does(string layers, int rows, int columns)
    {
        var graph = Build(layers);
        var image = graph.Nodes[0].Output;
        Assert.Equal(Shape.Image(16, rows, columns), image.Shape);
        Assert.Equal(Shape.Image(16, 20, 20), image.LayerShape);

        // The layer's figures are those of its definition.
        Assert.Equal(image.LayerShape, graph.Layers[0].Output);
        Assert.Equal(16L * 20 * 20 * 25 * 2, graph.Layers[0].MultiplyAdds);
    }

    [Theory]
    [InlineData(Image + "  - relu\n  - max_pool2d: 4\n")] // nothing is left over
    [InlineData(Image + "  - relu: {keep: true}\n  - max_pool2d: 3\n")] // the user reads it
    [InlineData(Image + "  - batch_norm2d\n  - max_pool2d: 3\n")] // the statistics are of all pixels
    [InlineData(Image + "  - relu\n  - max_pool2d: {kernel_size: 3, ceil_mode: true}\n")]
    [InlineData("  - conv2d: {name: a, out_channels: 16, kernel_size: 5, padding: 2}\n  - max_pool2d: 3\n  - flatten\n  - linear: {name: b, out_features: 2}\n  - conv2d: {from: a, out_channels: 1, kernel_size: 1}\n  - flatten\n  - linear: {name: c, out_features: 2}\n  - add: {from: [b, c]}\n")]
    public void Otherwise_all_of_it_is_computed(string layers)
        => Assert.Equal(Shape.Image(16, 20, 20), Build(layers).Nodes[0].Output.Shape);

    [Fact]
    public void One_pixel_alone_keeps_its_neighbours()
        => Assert.Equal(Shape.Image(16, 20, 20), Build(Image + "  - max_pool2d: {kernel_size: 1, stride: 20}\n").Nodes[0].Output.Shape);

    private static NetworkGraph Build(string layers)
    {
        var problems = new ProblemSink();
        var graph = NetworkGraph.Build(Networks.Resolve($"name: Net\ninput: [2, 20, 20]\nseed: 1\nlayers:\n{layers}loss: mse\n"), problems);
        Assert.False(problems.HasErrors);
        return graph!;
    }
}
