using System.Numerics;

namespace NumCnn.Tests;

/// <summary>Against torch.optim over 200 steps: Reference/optimizers.py.</summary>
public sealed class OptimizerTests
{
    private const int Steps = 200;
    private static readonly ReferenceData s_torch = new("optimizers.npz");

    private static readonly Dictionary<string, Func<Optimizer>> s_optimizers = new(StringComparer.Ordinal)
    {
        ["sgd"] = static () => new Sgd(0.05),
        ["sgd_decay"] = static () => new Sgd(0.05, weightDecay: 0.1),
        ["sgd_momentum"] = static () => new Sgd(0.02, momentum: 0.9, weightDecay: 0.01),
        ["sgd_dampening"] = static () => new Sgd(0.02, momentum: 0.8, dampening: 0.3),
        ["sgd_nesterov"] = static () => new Sgd(0.02, momentum: 0.9, nesterov: true, weightDecay: 0.01),
        ["adam"] = static () => new Adam(),
        ["adam_decay"] = static () => new Adam(0.01, 0.8, 0.99, 1e-6, 0.1),
        ["adamw"] = static () => new AdamW(),
        ["adamw_decay"] = static () => new AdamW(0.02, 0.7, 0.95, 1e-5, 0.3),
        ["rmsprop"] = static () => new RmsProp(),
        ["rmsprop_momentum"] = static () => new RmsProp(0.005, 0.9, 1e-6, 0.05, 0.7),
        ["rmsprop_centered"] = static () => new RmsProp(0.005, 0.95, centered: true),
        ["rmsprop_centered_momentum"] = static () => new RmsProp(0.003, 0.95, momentum: 0.5, centered: true),
    };

    public static TheoryData<string> Names { get; } = [.. s_optimizers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Trajectories_are_PyTorchs_to_1e_12(string name)
    {
        double[] expected = s_torch.Doubles(name);
        double[] actual = [.. Trajectory<double>(s_optimizers[name](), padding: 0)];
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-12, $"value {i}: {actual[i]:R}, PyTorch {expected[i]:R}");
        }
    }

    // Single precision rounds to 6e-8 a step; over 200 steps of a gradient that depends on the parameters 1e-3 remains.
    [Theory]
    [MemberData(nameof(Names))]
    public void Floats_follow_the_same_path(string name)
    {
        double[] expected = s_torch.Doubles(name);
        float[] actual = [.. Trajectory<float>(s_optimizers[name](), padding: 0)];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-3, $"value {i}: {actual[i]:R}, PyTorch {expected[i]:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_elements_bits_do_not_depend_on_its_place(string name)
    {
        // Moved by 1 to 17 elements, an element meets other lanes, and the partial vector at the end.
        float[] here = [.. Trajectory<float>(s_optimizers[name](), padding: 0)];
        for (int padding = 1; padding < 18; padding++)
        {
            Assert.Equal(here, Trajectory<float>(s_optimizers[name](), padding));
        }
    }

    // Written out with scalars: whatever the vector width of the machine or the run, the bits are these.
    [Fact]
    public void Bits_are_those_of_the_scalar_formulas()
    {
        float[] sgd = Scalar(static (w, g, s) =>
        {
            float direction = g + 0.01f * w;
            s[0] = 0.9f * s[0] + 1f * direction;
            return w - 0.02f * s[0];
        });
        Assert.Equal(sgd, Trajectory<float>(new Sgd(0.02, momentum: 0.9, weightDecay: 0.01), padding: 0));

        float[] adamw = Scalar(static (w, g, s) =>
        {
            float step = ++s[2];
            s[0] = 0.7f * s[0] + (float)(1 - 0.7) * g;
            s[1] = 0.95f * s[1] + (float)(1 - 0.95) * g * g;
            float rate = (float)(0.02 / (1 - Math.Pow(0.7, step)));
            float correction = (float)Math.Sqrt(1 - Math.Pow(0.95, step));
            return (float)(1 - 0.02 * 0.3) * w - rate * s[0] / (MathF.Sqrt(s[1]) / correction + 1e-5f);
        });
        Assert.Equal(adamw, Trajectory<float>(new AdamW(0.02, 0.7, 0.95, 1e-5, 0.3), padding: 0));

        float[] rmsprop = Scalar(static (w, g, s) =>
        {
            s[0] = 0.95f * s[0] + (float)(1 - 0.95) * g * g;
            s[1] = 0.95f * s[1] + (float)(1 - 0.95) * g;
            s[2] = 0.5f * s[2] + g / (MathF.Sqrt(MathF.Max(s[0] - s[1] * s[1], 0)) + 1e-8f);
            return w - 0.003f * s[2];
        });
        Assert.Equal(rmsprop, Trajectory<float>(new RmsProp(0.003, 0.95, momentum: 0.5, centered: true), padding: 0));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Padding_stays_zero_and_steps_allocate_nothing(string name)
    {
        ParameterSet<float> set = TestSets.Model<float>();
        set.Reset(1);
        bool[] isPadding = [.. set.Values.ToArray().Select(static value => value == 0)];
        foreach (string bias in (string[])["bn1.bias"])
        {
            set[bias].CopyFrom([1, 1, 1]);
        }

        Optimizer optimizer = s_optimizers[name]();
        foreach (Parameter<float> parameter in set)
        {
            if (parameter.Trainable)
            {
                parameter.Gradient.CopyFrom([.. Enumerable.Range(1, parameter.Length).Select(static i => 0.1f * i)]);
            }
        }

        float[] frozen = set.Storage[set.Values.Length..].ToArray();
        optimizer.Step(set);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 50; step++)
        {
            optimizer.Step(set);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(frozen, set.Storage[set.Values.Length..].ToArray());
        float[] gradients = set.Gradients.ToArray();
        for (int i = 0; i < isPadding.Length; i++)
        {
            Assert.True(gradients[i] != 0 || set.Values[i] == 0 || !isPadding[i], $"padding {i} became {set.Values[i]}");
        }

        Assert.Equal(51, optimizer.Steps);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Threads_that_share_a_step_change_no_bit(string name)
    {
        // Enough elements to be shared, in blocks of which the last one is neither whole nor made of whole vectors.
        const int length = 100_003;
        ParameterSet<float>[] sets = [.. Enumerable.Range(0, 3).Select(static _ => TestSets.Vector<float>(length))];
        Optimizer[] optimizers = [.. sets.Select(_ => s_optimizers[name]())];
        for (int step = 0; step < 4; step++)
        {
            for (int threads = 1; threads <= sets.Length; threads++)
            {
                ParameterSet<float> set = sets[threads - 1];
                for (int i = 0; i < length; i++)
                {
                    set.Gradients[i] = ((i * 7 + step * 3) % 101 + 1) / 64f;
                }

                optimizers[threads - 1].Step(set, threads);
                Assert.Equal(sets[0].Values, set.Values);
            }
        }

        Assert.DoesNotContain(0, sets[0].Values.ToArray());
        sets[2].ZeroGradients(threads: 3);
        Assert.Equal(-1, sets[2].Gradients.IndexOfAnyExcept(0));
    }

    [Fact]
    public void An_optimizer_belongs_to_one_network()
    {
        ParameterSet<float> one = TestSets.Vector<float>(3), other = TestSets.Vector<float>(3);
        var optimizer = new Sgd(0.1, momentum: 0.9);
        optimizer.Step(one);
        Assert.Throws<InvalidOperationException>(() => optimizer.Step(other));
        Assert.Throws<InvalidOperationException>(() => optimizer.Step(TestSets.Vector<double>(3)));
        optimizer.Reset();
        optimizer.Step(other);
        Assert.Equal(1, optimizer.Steps);
    }

    [Fact]
    public void A_step_moves_the_version_and_refuses_to_run_into_another_write()
    {
        ParameterSet<float> set = TestSets.Vector<float>(3);
        var optimizer = new Sgd(0.1);
        optimizer.Step(set);
        Assert.Equal(2, set.Version);
        set.BeginWrite();
        Assert.Throws<InvalidOperationException>(() => optimizer.Step(set));
        Assert.Equal(1, optimizer.Steps);
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(-0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(double.NaN));
        Assert.Throws<ArgumentException>(() => new Sgd(0.1, nesterov: true));
        Assert.Throws<ArgumentException>(() => new Sgd(0.1, momentum: 0.9, dampening: 0.1, nesterov: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(beta1: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(epsilon: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW(weightDecay: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RmsProp(alpha: -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(0.1).LearningRate = double.PositiveInfinity);
    }

    private static float[] Scalar(Func<float, float, float[], float> update)
    {
        double[] scale = s_torch.Doubles("scale");
        float[] w = Array.ConvertAll(s_torch.Doubles("start"), static value => (float)value);
        float[][] state = Array.ConvertAll(w, static _ => new float[3]);
        var values = new List<float>();
        for (int step = 0; step < Steps; step++)
        {
            for (int i = 0; i < w.Length; i++)
            {
                w[i] = update(w[i], (float)(scale[i] * w[i] + Math.Cos(3.0 * w[i] + step)), state[i]);
            }

            if (step < 3 || step % 10 == 9)
            {
                values.AddRange(w);
            }
        }

        return [.. values];
    }

    private static List<T> Trajectory<T>(Optimizer optimizer, int padding)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] start = s_torch.Doubles("start"), scale = s_torch.Doubles("scale");
        ParameterSet<T> set = TestSets.Vector<T>(start.Length + padding);
        for (int i = 0; i < start.Length; i++)
        {
            set.Values[i + padding] = T.CreateTruncating(start[i]);
        }

        var values = new List<T>();
        for (int step = 0; step < Steps; step++)
        {
            for (int i = 0; i < start.Length; i++)
            {
                double w = double.CreateTruncating(set.Values[i + padding]);
                set.Gradients[i + padding] = T.CreateTruncating(scale[i] * w + Math.Cos(3 * w + step));
            }

            optimizer.Step(set);
            if (step < 3 || step % 10 == 9)
            {
                values.AddRange(set.Values[padding..]);
            }
        }

        return values;
    }
}
