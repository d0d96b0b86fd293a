using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NumCnn.Tests;

/// <summary>The thread that has a network's kernels compiled while its file is read: one prediction that nobody sees.</summary>
public sealed class CompilingAheadTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_predicts_zeros_once_on_a_thread_of_its_own()
    {
        NetworkLayout layout = Layout();
        var kernels = new Kernels();
        string file = Save(layout);

        var network = new Sum(layout, kernels, file);
        float[] output = new float[2];
        bool isPossible = CompilingAhead.IsPossible;
        Assert.True(!isPossible || kernels.Done.Wait(s_patience), "Nothing was predicted.");
        network.Predict([1, 2, 3, 4], output);
        _ = new Sum(layout, kernels, file);

        // The weights are 1 and 2.
        Assert.Equal([5, 11], output);
        (int Thread, float[] Input)[] calls = [.. kernels.Calls];
        Assert.Equal(isPossible ? 2 : 1, calls.Length);
        Assert.Equal(Environment.CurrentManagedThreadId, calls[^1].Thread);
        Assert.Equal([1, 2, 3, 4], calls[^1].Input);
        if (isPossible)
        {
            Assert.NotEqual(Environment.CurrentManagedThreadId, calls[0].Thread);
            Assert.Equal([0, 0], calls[0].Input);
        }
    }

    [Fact]
    public void Many_kernels_are_asked_for_once_on_a_thread_of_its_own()
    {
        using var asked = new ManualResetEventSlim();
        int thread = 0, times = 0;
        Delegate[] Kernels()
        {
            thread = Environment.CurrentManagedThreadId;
            times++;
            asked.Set();
            return [Kernels];
        }

        Sum.Compile(Kernels);
        Assert.Equal(CompilingAhead.IsPossible, asked.Wait(CompilingAhead.IsPossible ? s_patience : TimeSpan.FromSeconds(1)));
        Sum.Compile(Kernels);
        Thread.Sleep(100);

        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        Assert.Equal(CompilingAhead.IsPossible ? 1 : 0, times);
    }

    [Fact]
    public void Of_many_kernels_nobody_predicts_unless_there_is_a_processor_for_that()
    {
        NetworkLayout layout = Layout() with { HasManyKernels = true };
        string file = Save(layout);
        _ = new Sum(layout, new Kernels(), file);
        Assert.Equal(!CompilingAhead.IsPossible || Environment.ProcessorCount == 2, layout.Claim());
    }

    [Fact]
    public void Kernels_that_cannot_be_had_are_nobodys_failure()
    {
        using var asked = new ManualResetEventSlim();
        Other.Compile(() =>
        {
            asked.Set();
            throw new NotSupportedException();
        });
        Assert.Equal(CompilingAhead.IsPossible, asked.Wait(CompilingAhead.IsPossible ? s_patience : TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void What_fails_there_is_nobodys_failure()
    {
        NetworkLayout layout = Layout();
        string file = Save(layout);
        var kernels = new Kernels { Fails = true };

        var network = new Sum(layout, kernels, file);
        Assert.True(!CompilingAhead.IsPossible || kernels.Done.Wait(s_patience), "Nothing was predicted.");

        Assert.Equal([1, 2], network.Parameters["weight"].ToArray());
        Assert.Throws<NotSupportedException>(() => network.Predict(new float[2], new float[1]));
    }

    [Fact]
    public void A_network_without_a_file_starts_no_thread()
    {
        NetworkLayout layout = Layout();
        _ = new Sum(layout, new Kernels(), file: null);
        Assert.True(layout.Claim());
    }

    [Fact]
    public void A_program_can_turn_it_off()
    {
        NetworkLayout layout = Layout();
        string file = Save(layout);
        AppContext.SetSwitch(CompilingAhead.Switch, false);
        try
        {
            _ = new Sum(layout, new Kernels(), file);
            Assert.True(layout.Claim());
            using var asked = new ManualResetEventSlim();
            Off.Compile(() =>
            {
                asked.Set();
                return [];
            });
            Assert.False(asked.Wait(TimeSpan.FromMilliseconds(200)));
        }
        finally
        {
            AppContext.SetSwitch(CompilingAhead.Switch, true);
        }
    }

    private static NetworkLayout Layout() => new(
        InputLength: 2,
        OutputLength: 1,
        MultiplyAdds: 2,
        Parameters: [TestSets.Dense("weight", [2], 0)],
        TrainableLength: 2,
        StorageLength: 2,
        PredictSharedLength: 0,
        PredictSampleLength: 1,
        PredictBatchLength: 0);

    private string Save(NetworkLayout layout)
    {
        string path = _folder["sum.safetensors"];
        var network = new Sum(layout, new Kernels(), file: null);
        network.Parameters["weight"].CopyFrom([1, 2]);
        network.Save(path);
        return path;
    }

    /// <summary>What the network's kernels have been called for.</summary>
    private sealed class Kernels
    {
        public ConcurrentQueue<(int Thread, float[] Input)> Calls { get; } = [];

        public ManualResetEventSlim Done { get; } = new();

        public bool Fails { get; init; }
    }

    /// <summary>y = w₀·x₀ + w₁·x₁.</summary>
    private sealed class Sum(NetworkLayout layout, Kernels kernels, string? file) : CompiledInference<float>(layout, 1, file)
    {
        protected override void PredictChunk(ref float input, ref float output, int samples, ref float workspace, ref float batch)
        {
            var inputs = MemoryMarshal.CreateReadOnlySpan(ref input, 2 * samples);
            var weights = MemoryMarshal.CreateReadOnlySpan(ref Values, 2);
            kernels.Calls.Enqueue((Environment.CurrentManagedThreadId, inputs.ToArray()));
            for (int n = 0; n < samples && !kernels.Fails; n++)
            {
                Unsafe.Add(ref output, n) = (weights[0] * inputs[2 * n]) + (weights[1] * inputs[(2 * n) + 1]);
            }

            kernels.Done.Set();
            if (kernels.Fails)
            {
                throw new NotSupportedException();
            }
        }

        public static void Compile(Func<Delegate[]> all) => CompileAhead<Sum>(all);

        protected override NetworkInfo Describe() => throw new NotSupportedException();
    }

    private sealed class Other(NetworkLayout layout) : CompiledInference<float>(layout, 1)
    {
        public static void Compile(Func<Delegate[]> all) => CompileAhead<Other>(all);

        protected override void PredictChunk(ref float input, ref float output, int samples, ref float workspace, ref float batch) => throw new NotSupportedException();

        protected override NetworkInfo Describe() => throw new NotSupportedException();
    }

    private sealed class Off(NetworkLayout layout) : CompiledInference<float>(layout, 1)
    {
        public static void Compile(Func<Delegate[]> all) => CompileAhead<Off>(all);

        protected override void PredictChunk(ref float input, ref float output, int samples, ref float workspace, ref float batch) => throw new NotSupportedException();

        protected override NetworkInfo Describe() => throw new NotSupportedException();
    }
}
