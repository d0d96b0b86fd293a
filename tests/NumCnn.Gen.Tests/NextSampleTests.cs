using System.Globalization;
using System.Text.RegularExpressions;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>What kernels ask for while they compute, because the next sample's steps will read it from memory.</summary>
public partial class NextSampleTests
{
    private const string Block = """
          - conv2d: {name: first, out_channels: 16, kernel_size: 3, padding: 1}
          - batch_norm2d
          - relu: {name: entry}
          - conv2d: {name: left, out_channels: 32, kernel_size: 3, stride: 2, padding: 1}
          - batch_norm2d: {name: norm}
          - conv2d: {name: shortcut, from: entry, out_channels: 32, kernel_size: 1, stride: 2}
          - add: {from: [shortcut, norm]}
          - relu
          - global_avg_pool2d
          - flatten
          - linear: 10
        loss: cross_entropy
        """;

    [Fact]
    public void Stages_that_begin_behind_a_batch_norm_find_their_values_in_the_cache()
    {
        var program = Program(32);
        Assert.Equal(["left.Forward: first", "shortcut.Forward: left, first"], Asked(program.Forward));
        Assert.Equal(["left.WeightGradient: left", "left.InputGradient: drelu2, first", "first.WeightGradient: dentry, first, input"], Asked(program.Backward));
    }

    [Fact]
    public void Small_networks_ask_for_nothing()
    {
        var program = Program(8);
        Assert.Empty(Asked(program.Forward));
        Assert.Empty(Asked(program.Backward));
    }

    [Fact]
    public void Predict_asks_for_nothing() => Assert.Empty(Asked(Program(32).Predict));

    [Fact]
    public void What_is_asked_for_is_a_samples_and_no_more_than_there_is()
    {
        foreach (var fetch in Steps(Program(32)).SelectMany(static step => step.Fetches))
        {
            Assert.Equal(Region.Sample, fetch.Storage.Region);
            Assert.False(fetch.Storage.IsTransient);
            Assert.InRange(fetch.Lines * 16, 16, fetch.Storage.Length + 15);
        }
    }

    [Fact]
    public void A_strided_shortcuts_gradients_stand_beside_those_of_the_blocks_first_convolution()
    {
        // Its part of the input's gradient is twice as long as what it is made of, which waits instead.
        var kernels = Program(32).Backward.Where(static step => step.Domain == Domain.Samples).Select(static step => step.Kernel).ToList();
        Assert.True(kernels.IndexOf("norm.Backward") < kernels.IndexOf("shortcut.InputGradient"));
        Assert.True(kernels.IndexOf("shortcut.InputGradient") < kernels.IndexOf("left.InputGradient"));
    }

    [Theory]
    [InlineData("conv2d: {out_channels: 32, kernel_size: 3, padding: 1}")]
    [InlineData("conv2d: {out_channels: 16, kernel_size: 1}")]
    [InlineData("conv2d: {out_channels: 16, kernel_size: 5, stride: 2, groups: 16}")]
    [InlineData("conv2d: {out_channels: 6, kernel_size: 5}")]
    [InlineData("linear: 40")]
    public void A_kernel_comes_by_its_places_as_often_as_they_are_counted(string layer)
    {
        string input = layer.StartsWith("linear", StringComparison.Ordinal) ? "[400]" : "[16, 24, 24]";
        var graph = NetworkGraph.Build(Networks.Resolve($"name: A\ninput: {input}\nlayers:\n  - {layer}\nloss: mse\n"), new ProblemSink())!;
        var program = NetworkProgram.Create(graph);
        int tested = 0;
        foreach (var nest in Steps(program).SelectMany(static step => step.Nests).Where(static nest => nest.Lane is not null && nest.Accumulators.Count > 0 && !nest.Parallel.Concat(nest.Reduction).Any(static axis => axis.IsSymbolic)))
        {
            foreach (var kind in (VectorKind[])[VectorKind.Fixed512, VectorKind.Variable])
            {
                var target = Target.For(kind, Spec.DType.Float32);
                var plan = Planner.Create(nest, target, Spec.UnrollMode.Auto);
                foreach (int every in (int[])[1, 2, 8])
                {
                    var names = new KernelNames();
                    foreach (var storage in nest.Accesses().Select(static access => access.Storage).Distinct())
                    {
                        names.AddParameter(storage, storage.Name);
                    }

                    var statements = Lowering.Lower(nest, plan, target, names, [("next", 1)], every);
                    int times = Times(statements, target.Widths[^1]);
                    int counted = FetchPlaces.Of(nest, plan, target, every).Count;

                    // Loops that end early at a border come by a little less often.
                    Assert.InRange(times, nest.Clip is null ? counted : (int)(counted * nest.Clip.Share * 0.9), counted);
                    tested++;
                }
            }
        }

        Assert.InRange(tested, 2, int.MaxValue);
    }

    [Fact]
    public void Not_many_more_lines_are_asked_for_than_are_wanted()
    {
        // A gradient of 64 channels by 64: few tiles, and hundreds of steps in each.
        bool hasMany = false;
        var step = Steps(NetworkProgram.Create(NetworkGraph.Build(Networks.Resolve("name: Net\ninput: [64, 25, 25]\nlayers:\n  - conv2d: {out_channels: 64, kernel_size: 1}\nloss: mse\n"), new ProblemSink())!))
            .Single(static step => step.Kernel.EndsWith("WeightGradient", StringComparison.Ordinal));
        foreach (var kind in (VectorKind[])[VectorKind.Fixed512, VectorKind.Variable])
        {
            var target = Target.For(kind, Spec.DType.Float32);
            List<(Nest Nest, Plan Plan, Target Target)> planned = [.. step.Nests.Select(nest => (nest, Planner.Create(nest, target, Spec.UnrollMode.Auto), target))];
            foreach (int lines in (int[])[300, 500, 1000, 3000])
            {
                int Count(int every) => planned.Sum(nest => FetchPlaces.Of(nest.Nest, nest.Plan, nest.Target, every).Count);
                int places = Count(FetchPlaces.Every(planned, lines));
                Assert.InRange(places, Math.Min(lines, Count(1)), (2 * lines) + 100);
                hasMany |= places < Count(1) / 2;
            }
        }

        Assert.True(hasMany);
    }

    [Fact]
    public void All_lines_are_asked_for()
    {
        var calls = EmitStage.Generate(Networks.Resolve(Yaml(32))).Single(static source => !source.HintName.Contains("512", StringComparison.Ordinal)).Text;
        Assert.Contains("ref float next = ref Sample(Math.Min(n + 1, Samples - 1));", calls, StringComparison.Ordinal);
        int lines = Steps(Program(32)).SelectMany(static step => step.Fetches).Sum(static fetch => fetch.Lines);
        Assert.InRange(lines, 4 * 16 * 1024 / 16, int.MaxValue);

        // Each place moves on by as many lines as it asked for.
        var places = Place().Matches(calls);
        Assert.InRange(places.Count, 4, int.MaxValue);
        Assert.Equal(Moved().Count(calls), places.Count);
        foreach (Match place in places)
        {
            int asked = place.Groups["loop"].Success
                ? int.Parse(place.Groups["loop"].Value, CultureInfo.InvariantCulture)
                : 16 * place.Groups["line"].Captures.Count;
            Assert.Equal(asked, int.Parse(place.Groups["moved"].Value, CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void Each_part_of_an_image_asks_for_its_share()
    {
        int shared = 0;
        foreach (var step in Steps(Program(32)).Where(static step => step.Fetches.Count > 0))
        {
            var shares = StepKernels.Draft(step, Spec.DType.Float32, null).Select(static part => part.Draft).OfType<KernelDraft>().Select(static draft => draft.Fetches).Where(static fetches => fetches.Count > 0).ToList();
            shared = Math.Max(shared, shares.Count);
            foreach (var fetch in step.Fetches)
            {
                // One after the other, and nothing twice.
                int first = 0;
                foreach (var share in shares.SelectMany(static share => share).Where(share => share.Storage == fetch.Storage))
                {
                    Assert.Equal(first, share.First);
                    first += share.Lines;
                }

                Assert.Equal(fetch.Lines, first);
            }
        }

        Assert.InRange(shared, 3, int.MaxValue);
    }

    private static string Yaml(int size) => FormattableString.Invariant($"name: Net\ninput: [16, {size}, {size}]\nlayers:\n{Block}");

    private static NetworkProgram Program(int size) => NetworkProgram.Create(NetworkGraph.Build(Networks.Resolve(Yaml(size)), new ProblemSink())!);

    private static IEnumerable<Step> Steps(NetworkProgram program) => program.Forward.Concat(program.Backward);

    private static IEnumerable<string> Asked(IEnumerable<Step> steps)
        => steps.Where(static step => step.Fetches.Count > 0).Select(static step => $"{step.Kernel}: {string.Join(", ", step.Fetches.Select(static fetch => fetch.Storage))}");

    /// <summary>How often statements ask, loop by loop.</summary>
    private static int Times(IEnumerable<Statement> statements, int width, LoopVariable? variable = null, int value = 0) => statements.Sum(statement => statement switch
    {
        FetchStatement { Variable: { } asked } fetch => asked == variable && value % fetch.Multiple != 0 ? 0 : 1,
        FetchStatement => 1,
        BlockStatement block => Times(block.Body, width, variable, value),
        LoopStatement { Kind: LoopKind.Lanes } lanes => lanes.End / (lanes.Step * width) * Times(lanes.Body, width),
        LoopStatement loop => Enumerable.Range(0, (loop.End - loop.Start) / loop.Step).Sum(k => Times(loop.Body, width, loop.Variable, loop.Start + (k * loop.Step))),
        _ => 0,
    });

    [GeneratedRegex(@"(for \(nint line\d* = 0; line\d* < (?<loop>\d+); line\d* \+= 16\)\s+\{\s+Caches\.PrefetchLater\([^;]*\);\s+\}|((?<line>Caches\.PrefetchLater)\([^;]*\);\s+)+)\s*next\d* = ref Unsafe\.Add\(ref next\d*, (?<moved>\d+)\);", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Place();

    [GeneratedRegex(@"\bnext\d* = ref Unsafe\.Add\(ref next", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Moved();
}
