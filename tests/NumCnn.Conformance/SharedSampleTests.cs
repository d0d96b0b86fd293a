using NumCnn.Conformance.Host;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>Single samples whose steps threads share: the same bits, because no item of a step touches anything of another's.</summary>
public class SharedSampleTests
{
    public static TheoryData<string> Networks => new(CorpusNetwork.All.Select(static network => network.Name));

    [Theory]
    [MemberData(nameof(Networks))]
    public void Threads_that_share_a_sample_change_no_bit(string name)
    {
        IPredictor<float> plain = CorpusNetworks.LoadPredictor<float>(name);
        CompiledPredictor<float> divided = DividedNetworks.Load(name);
        (int inputs, int outputs) = (plain.Info.InputLength, plain.Info.OutputLength);
        float[] x = Numbers.Repeat<float>(CorpusNetwork.Get(name).Golden.Values("x"), inputs, 5);
        float[] expected = new float[5 * outputs];
        plain.Predict(x, expected);
        foreach ((int threads, int samples) in ((int, int)[])[(1, 2), (2, 1), (3, 1), (3, 2), (2, 3), (3, 5)])
        {
            divided.Threads = threads;
            for (int repeat = 0; repeat < 3; repeat++)
            {
                float[] y = new float[samples * outputs];
                divided.Predict(x.AsSpan(0, samples * inputs), y);
                Compare.SameBits<float>($"{samples} samples with {threads} threads", expected.AsSpan(0, y.Length), y);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Parts_of_an_image_that_take_turns_change_no_bit_of_a_gradient(string name)
    {
        if (CorpusNetworks.LoadPredictor<float>(name) is not INetwork<float> plain)
        {
            return;
        }

        var divided = (INetwork<float>)DividedNetworks.Load(name);
        float[] x = Numbers.Repeat<float>(CorpusNetwork.Get(name).Golden.Values("x"), plain.Info.InputLength, 3);
        float[] dx = new float[x.Length], dividedDx = new float[x.Length];
        float[] dy = [.. Enumerable.Range(0, 3 * plain.Info.OutputLength).Select(static k => ((k % 7) - 3) / 4f)];
        plain.Forward(x);
        plain.Backward(dy, dx);
        divided.Forward(x);
        divided.Backward(dy, dividedDx);
        Compare.SameBits<float>("the input's gradient", dx, dividedDx);
        Compare.SameBits<float>("the parameters' gradients", plain.Parameters.Gradients, divided.Parameters.Gradients);
    }

    [Fact]
    public void Some_networks_have_gradients_in_parts_that_take_turns()
        => Assert.InRange(CorpusNetwork.All.Count(static network => Program(network.Name, isFloat32: true).Backward.Any(static step => step is { Whole: not null, Turns: not null })), 10, CorpusNetwork.All.Count);

    [Fact]
    public void What_is_divided_is_what_the_runtime_wakes_threads_for()
        => Assert.Equal(WorkerPool.DefaultLeastWork, SizeLimits.Default.Network);

    [Theory]
    [InlineData("conv2d_winograd_edges")]
    [InlineData("small_resnet")]
    public void As_many_threads_as_one_likes_may_be_allowed(string name)
    {
        CompiledPredictor<float> network = DividedNetworks.Load(name);
        NetworkInfo info = ((IPredictor<float>)network).Info;
        (int inputs, int outputs) = (info.InputLength, info.OutputLength);
        float[] x = Numbers.Repeat<float>(CorpusNetwork.Get(name).Golden.Values("x"), inputs, 40);
        float[] expected = new float[40 * outputs];
        network.Predict(x, expected);
        foreach (int threads in (int[])[200_000_000, int.MaxValue])
        {
            network.Threads = threads;
            Assert.Equal(threads, network.Threads);
            foreach (int samples in (int[])[1, 3, 40])
            {
                float[] y = new float[samples * outputs];
                network.Predict(x.AsSpan(0, samples * inputs), y);
                Compare.SameBits<float>($"{samples} samples", expected.AsSpan(0, y.Length), y);
            }

            // the second time nothing is allocated
            float[] again = new float[outputs];
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            network.Predict(x.AsSpan(0, inputs), again);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
        }
    }

    [Fact]
    public void Samples_go_whichever_way_is_sooner_to_the_same_bits()
    {
        const string Name = "small_resnet";
        CompiledPredictor<float> network = DividedNetworks.Load(Name);
        NetworkInfo info = ((IPredictor<float>)network).Info;
        float[] x = Numbers.Repeat<float>(CorpusNetwork.Get(Name).Golden.Values("x"), info.InputLength, 1);
        float[] expected = new float[info.OutputLength], y = new float[info.OutputLength];
        network.Predict(x, expected);
        network.Threads = 2;
        long before = SharingChoice.LargestTried;
        SharingChoice.LargestTried = long.MaxValue;
        try
        {
            for (int call = 0; call < 40; call++)
            {
                long allocated = GC.GetAllocatedBytesForCurrentThread();
                network.Predict(x, y);
                Assert.True(call == 0 || GC.GetAllocatedBytesForCurrentThread() == allocated);
                Compare.SameBits<float>($"call {call}", expected, y);
            }
        }
        finally
        {
            SharingChoice.LargestTried = before;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Items_of_a_step_touch_nothing_of_each_others(string name)
    {
        foreach (bool isFloat32 in (bool[])[true, false])
        {
            NetworkProgram program = Program(name, isFloat32);
            foreach (IGrouping<object, Step> parts in program.Predict.Where(static step => step.Whole is not null || step.Turns is not null).Concat(program.Backward.Where(static step => step.Whole is not null)).GroupBy(static step => (object?)step.Turns ?? step.Whole!))
            {
                // Who writes an element, and who reads it; what each thread has for itself during its turns meets nobody.
                bool takesTurns = parts.Key is Turns;
                var writers = new Dictionary<(Storage, int), int>();
                foreach ((Nest nest, int first) in Items(parts))
                {
                    Visit(nest, nest.Stores.Select(static store => store.Target).Where(access => !takesTurns || !access.Storage.IsPerThread), (item, access, address) =>
                    {
                        if (!writers.TryAdd((access.Storage, address), first + item))
                        {
                            Assert.Equal(first + item, writers[(access.Storage, address)]);
                        }
                    });
                }

                var written = writers.Keys.Select(static key => key.Item1).ToHashSet();
                foreach ((Nest nest, int first) in Items(parts))
                {
                    Visit(nest, nest.Accesses().Where(access => written.Contains(access.Storage)), (item, access, address) =>
                        Assert.Equal(first + item, writers.GetValueOrDefault((access.Storage, address), first + item)));
                }
            }
        }
    }

    [Fact]
    public void Most_networks_have_steps_that_can_be_divided()
    {
        int divided = CorpusNetwork.All.Count(static network => Program(network.Name, isFloat32: true).Predict.Any(static step => step.Whole is not null));
        Assert.InRange(divided, CorpusNetwork.All.Count / 2, CorpusNetwork.All.Count);
    }

    private static NetworkProgram Program(string name, bool isFloat32)
        => NetworkProgram.Create(NetworkGraph.Build(DividedNetworks.Spec(CorpusNetworks.Variant(CorpusNetwork.Get(name), isFloat32)), new ProblemSink())!, DividedNetworks.Limits);

    /// <summary>Nests and the number of their first item: parts of a step have their items one after another, steps in turns the same.</summary>
    private static List<(Nest Nest, int First)> Items(IEnumerable<Step> parts)
    {
        var items = new List<(Nest Nest, int First)>();
        int first = 0;
        foreach (Step step in parts)
        {
            items.AddRange(step.Nests.Select(nest => (nest, step.Turns is null ? first : 0)));
            first += step.Items;
        }

        return items;
    }

    /// <summary>Every address of some accesses, with the item that it belongs to; one sample.</summary>
    private static void Visit(Nest nest, IEnumerable<Access> accesses, Action<int, Access, int> visit)
    {
        foreach (Access access in accesses.Distinct())
        {
            Axis[] axes = [.. nest.Parallel.Concat(nest.Reduction).Where(axis => !axis.IsSymbolic && (access.DependsOn(axis) || axis == nest.Items))];
            int[] at = new int[axes.Length];
            while (true)
            {
                int Value(Affine affine) => affine.Constant + axes.Select((axis, k) => affine.FactorOf(axis) * at[k]).Sum();
                int item = nest.Items is { } items ? at[Array.IndexOf(axes, items)] : 0;
                visit(item, access, Value(access.Address) + (access.Phase is { } phase ? phase.Displacement(Value(phase.Index)) : 0));
                int last = axes.Length - 1;
                while (last >= 0 && ++at[last] == axes[last].Extent)
                {
                    at[last--] = 0;
                }

                if (last < 0)
                {
                    break;
                }
            }
        }
    }
}
