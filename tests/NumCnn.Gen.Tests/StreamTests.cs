using System.Text.RegularExpressions;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Layers with more weights than a cache keeps from one call to the next.</summary>
public partial class StreamTests
{
    [Theory]
    [InlineData("float32", 512, 4096 / 4)]
    [InlineData("float64", 512, 4096 / 8)]
    [InlineData("float32", 128, 0)]
    public void Kernels_ask_for_many_weights_4_KiB_ahead(string type, int channels, int ahead)
    {
        foreach (var (name, text) in EmitStage.Generate(Networks.Resolve(Layer(channels, type))).Where(static source => source.Text.Contains("MultiplyAddEstimate", StringComparison.Ordinal)))
        {
            int[] places = [.. Prefetch().Matches(text).Select(static match => int.Parse(match.Groups["place"].Value, System.Globalization.CultureInfo.InvariantCulture))];
            Assert.True(places.Length > 0 == ahead > 0, name);
            if (ahead > 0)
            {
                Assert.Equal(ahead, places.Min());
            }
        }
    }

    [Fact]
    public void The_largest_part_of_an_image_comes_first()
    {
        // The rows at the border have two taps instead of three: where weights come from memory, the rows between them go first.
        Assert.Equal([6, 1, 1], Parts(512).Select(static nest => nest.Parallel.Single(static axis => axis.Name == "i").Extent));
        Assert.Equal([1, 6, 1], Parts(128).Select(static nest => nest.Parallel.Single(static axis => axis.Name == "i").Extent));
    }

    [Fact]
    public void Tiles_read_weights_from_memory_no_faster_than_it_gives_them()
    {
        // Of 24 sums in registers, 4 vectors by 6 rows load least, and as many lines of weights as memory gives in three steps.
        Assert.Equal((4, 2), (Vectors(128), Vectors(512)));
        static int Vectors(int channels)
        {
            var nest = Parts(channels).OrderByDescending(static nest => nest.Parallel.Single(static axis => axis.Name == "i").Extent).First();
            var piece = Planner.Create(nest, Target.For(VectorKind.Fixed512, Spec.DType.Float32), Spec.UnrollMode.Auto).Pieces[0];
            return piece.LaneVectors * piece.Ranges[nest.Block!].Tile;
        }
    }

    [Fact]
    public void Columns_beyond_a_small_image_are_read_where_tiles_of_one_column_would_wait_for_weights()
    {
        // 7 rows: a tile of five rows by one column would read a line of weights for five multiply-adds. With 12 rows it does not matter.
        Assert.All(Parts(512, 7), static nest => Assert.Null(nest.Clip));
        Assert.Equal("columns", Parts(256, 14).OrderByDescending(static nest => nest.Steps).First().Clip?.Lines);
    }

    [Fact]
    public void A_sample_of_a_batch_is_read_in_order_before_its_copy_takes_it_in_pieces()
    {
        string pixels = Text(16);
        Assert.Single(Reads().Matches(pixels), static match => match.Value == "if (samples > 1) Caches.Read(ref Unsafe.Add(ref input, n * InputLength), InputLength);");
        Assert.Single(Reads().Matches(pixels), static match => match.Value == "Caches.Read(ref Input(n), InputLength);");
        Assert.Single(Reads().Matches(pixels), static match => match.Value == "Caches.Read(ref OutputGradient(n), OutputLength);");
        Assert.Equal(3, Reads().Count(pixels)); // the sample that threads share is alone

        // Planes are copied row by row, and a small image has few lines.
        Assert.Equal(0, Reads().Count(Text(1)));
        Assert.Equal(0, Reads().Count(Text(16, 7)));
        static string Text(int channels, int size = 20) => string.Concat(EmitStage.Generate(Networks.Resolve(Layer(channels, "float32", size))).Select(static source => source.Text));
    }

    private static List<Nest> Parts(int channels, int size = 8)
        => [.. NetworkProgram.Create(NetworkGraph.Build(Networks.Resolve(Layer(channels, "float32", size)), new Diagnostics.ProblemSink())!).Forward
            .SelectMany(static step => step.Nests).Where(static nest => nest.Part.Length > 0)];

    private static string Layer(int channels, string type, int size = 8)
        => FormattableString.Invariant($"name: A\ninput: [{channels}, {size}, {size}]\ndtype: {type}\nseed: 1\nlayers:\n  - conv2d: {{out_channels: {channels}, kernel_size: 3, padding: 1}}\nloss: mse\n");

    [GeneratedRegex(@"(if \(samples > 1\) )?Caches\.Read\(.*\);", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Reads();

    [GeneratedRegex(@"Caches\.Prefetch\(ref Unsafe\.Add\(ref w\w*, (?<place>\d+)\)\);", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Prefetch();
}
