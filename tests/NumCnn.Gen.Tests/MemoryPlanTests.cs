using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Tests.Snapshots;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Who shares memory with whom, and that zeros are there when they are read.</summary>
public class MemoryPlanTests
{
    private const string Conv = "  - conv2d: {out_channels: 16, kernel_size: 3, padding: 1}\n";

    /// <summary>Everything counts as large.</summary>
    private static readonly SizeLimits NoLimits = SizeLimits.Default with { Values = 0 };

    public static TheoryData<string> Networks => [.. SnapshotNetworks.Names];

    [Theory]
    [MemberData(nameof(Networks))]
    public void What_lives_at_the_same_time_never_shares_a_place(string name)
    {
        foreach (var limits in (SizeLimits[])[SizeLimits.Default, NoLimits])
        {
            var program = NetworkProgram.Create(Graph(SnapshotNetworks.Yaml(name)), limits);
            foreach (var memory in Memories(program))
            {
                var lives = memory.Steps
                    .SelectMany((step, k) => memory.Of(step).Select(storage => (Storage: storage, Step: k)))
                    .GroupBy(use => use.Storage, use => use.Step)
                    .Select(uses => (Storage: uses.Key, First: uses.Min(), Last: uses.Max()))
                    .ToList();
                foreach (var (a, first, last) in lives)
                {
                    Assert.InRange(memory.Offset(a), 0, memory.Length - a.Length);
                    Assert.All(
                        lives.Where(life => life.Storage != a && life.First <= last && first <= life.Last),
                        life => Assert.False(memory.Overlap(a, life.Storage), $"{a} and {life.Storage}"));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Zeros_around_an_image_are_as_they_were_or_written_anew(string name)
    {
        foreach (var limits in (SizeLimits[])[SizeLimits.Default, NoLimits])
        {
            var program = NetworkProgram.Create(Graph(SnapshotNetworks.Yaml(name)), limits);
            foreach (var memory in Memories(program))
            {
                // Two samples one after the other: the second one finds what the first one left.
                var storages = memory.Steps.SelectMany(memory.Of).Distinct().ToList();
                var clean = new HashSet<Storage>(storages);
                foreach (var step in memory.Steps.Concat(memory.Steps))
                {
                    foreach (var border in program.Memory.BordersBefore(step).Where(storages.Contains))
                    {
                        clean.UnionWith(storages.Where(other => SameZeros(memory, border, other)));
                        clean.ExceptWith(storages.Where(other => memory.Overlap(border, other) && !SameZeros(memory, border, other)));
                    }

                    foreach (var storage in memory.Of(step))
                    {
                        Assert.True(storage.Geometry is null || clean.Contains(storage), $"{step.Kernel} uses {storage}, whose border others have written over");
                        clean.ExceptWith(storages.Where(other => other != storage && memory.Overlap(storage, other) && !SameZeros(memory, storage, other)));
                    }
                }
            }
        }
    }

    [Fact]
    public void A_small_networks_zeros_stay_in_place()
    {
        var program = Program(16, Conv + Conv + Conv, SizeLimits.Default);
        Assert.Empty(Borders(program));
    }

    [Fact]
    public void A_large_networks_images_share_memory_and_their_zeros_are_written()
    {
        string layers = Conv + "  - avg_pool2d: 2\n" + Conv + "  - avg_pool2d: 2\n" + Conv + "  - avg_pool2d: 2\n" + Conv;
        var kept = Program(128, layers, SizeLimits.Default with { Values = long.MaxValue });
        var shared = Program(128, layers, SizeLimits.Default);
        Assert.Empty(Borders(kept));
        Assert.NotEmpty(Borders(shared));
        Assert.InRange(shared.Memory.PredictSharedLength, 1, kept.Memory.PredictSharedLength - 1);
        Assert.InRange(shared.Memory.WorkspaceLength, 1, kept.Memory.WorkspaceLength - 1);
    }

    [Fact]
    public void Images_of_one_geometry_hand_their_zeros_on()
    {
        // The convolutions' outputs lie in two places by turns: each place's zeros are written once.
        var program = Program(128, Conv + Conv + Conv + Conv + Conv + "  - max_pool2d: 2\n" + Conv, SizeLimits.Default);
        var written = program.Predict.SelectMany(program.Memory.BordersBefore).ToList();
        Assert.InRange(written.Count, 1, 3);
    }

    [Fact]
    public void Each_thread_has_its_own_of_what_steps_in_turns_leave_each_other_and_of_nothing_else()
    {
        // Images are longer than what a turn leaves for the next step, which has the same place in all three layers.
        var program = NetworkProgram.Create(Graph($"name: Net\ninput: [16, 160, 160]\ncodegen: {{winograd: auto}}\nlayers:\n{Conv}{Conv}{Conv}"));
        var own = program.Predict.SelectMany(static step => step.Arguments).Select(static argument => argument.Storage).Where(static storage => storage.IsPerThread).Distinct().ToList();
        int layer = own.Where(static storage => storage.Name.StartsWith("conv1", StringComparison.Ordinal)).Sum(static storage => storage.Length);
        Assert.NotEmpty(own);
        Assert.InRange(program.Memory.PredictThreadLength, layer, layer + 64);
    }

    [Theory]
    [InlineData(5, 6)] // one group of tiles: only what multiplies them is divided
    [InlineData(64, 64)]
    public void What_a_thread_has_for_itself_it_has_written_in_the_same_turn(int rows, int columns)
    {
        string yaml = $"name: Net\ninput: [32, {rows}, {columns}]\ncodegen: {{winograd: auto}}\nlayers:\n  - conv2d: {{out_channels: 32, kernel_size: 3, padding: 1}}\n";
        var program = NetworkProgram.Create(Graph(yaml), new SizeLimits(0, 0, 0, double.PositiveInfinity, 0, 0, 0));
        foreach (var step in program.Predict)
        {
            foreach (var (storage, _) in step.Arguments.Where(static argument => argument.Storage.IsPerThread))
            {
                // Whoever reads it has written it in the same turn.
                var turn = program.Predict.Where(other => other.Turns is not null && other.Turns == step.Turns && other.Uses(storage)).ToList();
                Assert.NotEmpty(turn);
                Assert.Contains(turn[0].Nests.SelectMany(static nest => nest.Stores), store => store.Target.Storage == storage);
            }
        }
    }

    private static List<Storage> Borders(NetworkProgram program)
        => [.. program.Predict.Concat(program.Forward).Concat(program.Backward).SelectMany(program.Memory.BordersBefore)];

    private static bool SameZeros(Memory memory, Storage one, Storage other)
        => memory.Offset(one) == memory.Offset(other) && one.Length == other.Length && one.Geometry is { } geometry && geometry.Equals(other.Geometry);

    private static NetworkProgram Program(int size, string layers, SizeLimits limits)
        => NetworkProgram.Create(Graph($"name: Net\ninput: [16, {size}, {size}]\nlayers:\n{layers}"), limits);

    private static NetworkGraph Graph(string yaml)
    {
        var problems = new ProblemSink();
        var graph = NetworkGraph.Build(Support.Networks.Resolve(yaml), problems);
        Assert.False(problems.HasErrors);
        return graph!;
    }

    /// <summary>Predict's memory and training's: what samples share, and what each has for itself.</summary>
    private static IEnumerable<Memory> Memories(NetworkProgram program)
    {
        IReadOnlyList<Step> training = [.. program.Forward, .. program.Backward];
        yield return new(training, static storage => storage.IsTransient, static storage => storage.Offset, program.Memory.WorkspaceLength);
        yield return new(training, static storage => !storage.IsTransient, static storage => storage.Offset, program.Memory.SampleLength);
        yield return new(program.Predict, static storage => storage.IsShared, static storage => storage.PredictOffset, program.Memory.PredictSharedLength);
        yield return new(program.Predict, static storage => !storage.IsShared, static storage => storage.PredictOffset, program.Memory.PredictSampleLength);
    }

    private sealed record Memory(IReadOnlyList<Step> Steps, Func<Storage, bool> Holds, Func<Storage, int> Offset, int Length)
    {
        public IEnumerable<Storage> Of(Step step) => step.Arguments.Select(static argument => argument.Storage).Where(storage => storage.Region == Region.Sample && Holds(storage));

        public bool Overlap(Storage one, Storage other) => Offset(one) < Offset(other) + other.Length && Offset(other) < Offset(one) + one.Length;
    }
}
