using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Convolutions whose gradients go over the maxima of a pooling's windows alone.</summary>
public class MaximaTests
{
    private const string Trunk = "  - conv2d: {out_channels: 16, kernel_size: 3, padding: 1}\n  - relu\n";
    private const string Image = Trunk + "  - conv2d: {name: c, out_channels: 16, kernel_size: 3, padding: 1}\n";

    [Theory]
    [InlineData(Image + "  - max_pool2d: 2\n")]
    [InlineData(Image + "  - relu\n  - max_pool2d: 2\n")]
    [InlineData(Image + "  - tanh\n  - max_pool2d: {kernel_size: 3, stride: 2}\n")]
    [InlineData(Image + "  - max_pool2d: {kernel_size: 2, stride: 5, dilation: 3}\n")]
    public void Gradients_go_over_maxima(string layers) => Assert.True(UsesMaxima(layers));

    [Theory]
    [InlineData(Image + "  - relu: {keep: true}\n  - max_pool2d: 2\n")] // the user reads the gradient
    [InlineData(Image + "  - gelu\n  - max_pool2d: 2\n")] // whose derivative needs all of the input
    [InlineData(Image + "  - batch_norm2d\n  - max_pool2d: 2\n")] // whose gradient has no zeros
    [InlineData(Image + "  - avg_pool2d: 2\n")]
    [InlineData(Image + "  - max_pool2d: {kernel_size: 3, padding: 1, stride: 2}\n")] // windows of several sizes
    [InlineData(Image + "  - max_pool2d: {name: p, kernel_size: 2}\n  - conv2d: {from: c, out_channels: 16, kernel_size: 2, stride: 2}\n  - add: {from: [p, conv3]}\n")] // another reader
    [InlineData(Trunk + "  - conv2d: {name: c, out_channels: 16, kernel_size: 3, groups: 2}\n  - max_pool2d: 2\n")]
    [InlineData(Trunk + "  - conv2d: {name: c, out_channels: 16, kernel_size: 3, dilation: 2}\n  - max_pool2d: 2\n")]
    [InlineData(Trunk + "  - conv2d: {name: c, out_channels: 16, kernel_size: 3, frozen: true}\n  - max_pool2d: 2\n")]
    [InlineData("  - conv2d: {name: c, out_channels: 16, kernel_size: 3}\n  - max_pool2d: {kernel_size: 2, stride: 1}\n")] // as many windows as pixels
    public void Otherwise_they_go_over_all_pixels(string layers) => Assert.False(UsesMaxima(layers));

    [Theory]
    [InlineData(16, "2", false)]
    [InlineData(16, "{kernel_size: 4, stride: 6}", false)] // more elements a window, of which one counts
    [InlineData(32, "2", true)] // whose weights and their zeros exceed the first cache
    public void The_inputs_gradient_goes_over_maxima_where_that_is_cheaper(int channels, string pool, bool needsAll)
        => Assert.Equal(needsAll, Maxima($"  - conv2d: {{out_channels: {channels}, kernel_size: 3, padding: 1}}\n  - relu\n  - conv2d: {{name: c, out_channels: {channels}, kernel_size: 3, padding: 1}}\n  - max_pool2d: {pool}\n")!.NeedsAll);

    [Fact]
    public void Sums_of_an_image_that_exceeds_the_first_cache_go_row_by_row()
    {
        Assert.Equal(0, Sums(16).Ordered);
        Assert.Equal(1, Sums(40).Ordered);
        static Nest Sums(int size)
        {
            string yaml = $"name: Net\ninput: [3, {size}, {size}]\nseed: 1\nlayers:\n{Image}  - max_pool2d: 2\nloss: mse\n";
            return NetworkProgram.Create(NetworkGraph.Build(Networks.Resolve(yaml), new ProblemSink())!).Backward.First(static step => step.Kernel == "c.WeightGradient").Nests[0];
        }
    }

    [Fact]
    public void Where_a_maximum_lies_is_kept_within_the_windows_bounds()
    {
        // The window's last element lies a row and a column from its first: 22 · 16 + 16 elements of the image of 20 columns with their border.
        string text = string.Concat(EmitStage.Generate(Networks.Resolve(Yaml(Image + "  - max_pool2d: 2\n"))).Select(static source => source.Text));
        Assert.Contains("Indices.Bounded(placeO", text, StringComparison.Ordinal);
        Assert.Contains(", 368));", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_memory_moves_is_proven_to_its_last_place()
    {
        var x = new Storage("x", Region.Sample, 16 + 64);
        var place = new Storage("place", Region.Sample, 1);
        var y = new Storage("y", Region.Sample, 16);
        Check(64);
        Assert.Contains("'x' has 80 elements", Assert.Throws<InvalidOperationException>(() => Check(65)).Message, StringComparison.Ordinal);

        void Check(int last)
        {
            var lane = new Axis("l", 16);
            var nest = new Nest { Title = "moved", Lane = lane };
            nest.Parallel.Add(lane);
            nest.Stores.Add(new StoreTo(new Access(y, lane), new Access(x, lane, null, new StoredOffset(new Access(place, 0), last, 1))));
            var target = Target.For(VectorKind.Variable, Spec.DType.Float32);
            var names = new KernelNames();
            foreach (var storage in new[] { x, place, y })
            {
                names.AddParameter(storage, storage.Name);
            }

            BoundsProof.Check("moved", Lowering.Lower(nest, Planner.Create(nest, target, Spec.UnrollMode.Auto), target, names, []), target);
        }
    }

    private static string Yaml(string layers) => $"name: Net\ninput: [3, 20, 20]\nseed: 1\nlayers:\n{layers}loss: mse\n";

    private static bool UsesMaxima(string layers) => Maxima(layers) is not null;

    private static MaximaGradient? Maxima(string layers)
    {
        var problems = new ProblemSink();
        var graph = NetworkGraph.Build(Networks.Resolve(Yaml(layers)), problems);
        Assert.False(problems.HasErrors);
        return graph!.Nodes.OfType<ConvolutionNode>().First(static node => node.Layer == "c").Maxima;
    }
}
