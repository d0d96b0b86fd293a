using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace NumCnn.Tests;

public sealed class ParameterTests
{
    [Fact]
    public void Blocked_layout_is_read_in_PyTorchs_order()
    {
        var set = new ParameterSet<float>([TestSets.Blocked("w", 20, 3, 2, 5, offset: 0)], 2 * 480, 2 * 480);
        Parameter<float> w = set["w"];
        for (int address = 0; address < set.Storage.Length; address++)
        {
            set.Storage[address] = address;
        }

        float[] values = w.ToArray();
        int i = 0;
        for (int o = 0; o < 20; o++)
        {
            for (int c = 0; c < 3; c++)
            {
                for (int u = 0; u < 2; u++)
                {
                    for (int v = 0; v < 5; v++)
                    {
                        int expected = o / 16 * 480 + ((u * 5 + v) * 3 + c) * 16 + o % 16;
                        Assert.Equal(expected, w[o, c, u, v]);
                        Assert.Equal(expected, values[i++]);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(0)] // blocks of outputs, the last one in part
    [InlineData(1)] // of inputs
    [InlineData(2)]
    [InlineData(3)] // the file's own order
    [InlineData(-1)] // no elements lie together
    public void Whichever_dimension_lies_together_values_keep_their_order(int lanes)
    {
        int[] shape = [20, 18, 3, 2];
        int[][] layout = new int[4][];
        int stride = lanes < 0 ? 3 : 16;
        for (int d = 3; d >= 0; d--)
        {
            int count = d == lanes ? (shape[d] + 15) / 16 : shape[d];
            layout[d] = d == lanes ? [count, stride, 16, 1] : [count, stride];
            stride *= count;
        }

        var info = new ParameterInfo("w", shape, 7, layout, Trainable: true, new Initializer.Uniform(0.5));
        var set = new ParameterSet<float>([info], stride + 7, stride + 7);
        Parameter<float> w = set["w"];
        float[] values = [.. Enumerable.Range(1, w.Length).Select(static i => (float)i)];
        w.CopyFrom(values);
        Assert.Equal(values, w.ToArray());
        Assert.Equal(w.Length, set.Storage.ToArray().Count(static value => value != 0));
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(values[i], w[i / 108, i / 6 % 18, i / 2 % 3, i % 2]);
        }
    }

    [Fact]
    public void Writing_reaches_every_element_and_no_padding()
    {
        var set = new ParameterSet<double>([TestSets.Blocked("w", 20, 3, 2, 5, offset: 32)], 992, 992);
        Parameter<double> w = set["w"];
        w.CopyFrom([.. Enumerable.Range(1, w.Length).Select(static i => (double)i)]);
        Assert.Equal(Enumerable.Range(1, w.Length).Select(static i => (double)i), w.ToArray());
        Assert.Equal(992 - w.Length, set.Storage.ToArray().Count(static value => value == 0));
        w[19, 2, 1, 4] = -7;
        Assert.Equal(-7, w.ToArray()[^1]);
    }

    [Fact]
    public void Indexers_check_bounds_and_rank()
    {
        var set = new ParameterSet<float>([TestSets.Dense("fc.weight", [2, 3], 0), TestSets.Dense("b", [2], 6), TestSets.Dense("k", [1, 2, 3], 8)], 14, 14);
        Parameter<float> w = set["fc.weight"];
        Assert.Contains("outside 0 to 2", Assert.Throws<ArgumentOutOfRangeException>(() => w[1, 3]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => w[-1, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => w[2, 0] = 1);
        Assert.Contains("fc.weight [2, 3] has 2 dimensions", Assert.Throws<ArgumentException>(() => w[0]).Message, StringComparison.Ordinal);
        Parameter<float> b = set["b"], k = set["k"];
        b[1] = 4;
        k[0, 1, 2] = 5;
        Assert.Equal(4, set.Storage[7]);
        Assert.Equal(5, set.Storage[13]);
    }

    [Fact]
    public void Copies_check_lengths()
    {
        Parameter<float> w = TestSets.Vector<float>(5)["w"];
        string message = Assert.Throws<ArgumentException>(() => w.CopyFrom(new float[4])).Message;
        Assert.Contains("5 elements", message, StringComparison.Ordinal);
        Assert.Contains("has 4", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => w.CopyTo(new float[6]));
    }

    [Fact]
    public void Tensors_go_there_and_back()
    {
        ParameterSet<float> set = TestSets.Model<float>();
        set.Reset(3);
        Parameter<float> w = set["conv1.weight"];
        Tensor<float> tensor = w.ToTensor();
        Assert.Equal([3, 2, 3, 3], tensor.Lengths.ToArray());
        Assert.Equal(w[2, 1, 0, 2], tensor[2, 1, 0, 2]);

        Parameter<float> fc = set["fc.weight"];
        Tensor<float> transposed = Tensor.Create<float>([1, 2, 3, 4, 5, 6], [3, 2]);
        Assert.Throws<ArgumentException>(() => fc.CopyFrom(transposed));
        fc.CopyFrom(Tensor.Create<float>([1, 2, 3, 4, 5, 6], [2, 3]));
        Assert.Equal([1, 2, 3, 4, 5, 6], fc.ToArray());
    }

    [Fact]
    public void Gradients_are_views_of_the_gradient_memory()
    {
        ParameterSet<float> set = TestSets.Model<float>();
        Parameter<float> gradient = set["fc.weight"].Gradient;
        gradient[1, 2] = 9;
        Assert.Equal(9, set.Gradients[9 * 2 * 16 + 48 + 5]);
        Assert.Equal(0, set["fc.weight"][1, 2]);
        set.ZeroGradients();
        Assert.Equal(0, gradient[1, 2]);
        Assert.Throws<InvalidOperationException>(() => set["bn1.running_mean"].Gradient);
        Assert.Throws<InvalidOperationException>(() => gradient.Gradient);
    }

    [Fact]
    public void Version_moves_with_values_and_stays_with_gradients()
    {
        ParameterSet<float> set = TestSets.Model<float>();
        int version = set.Version;
        Parameter<float> bias = set["fc.bias"];
        Parameter<float> gradient = bias.Gradient;
        gradient[0] = 1;
        Assert.Equal(version, set.Version);
        bias[0] = 1;
        Assert.Equal(version + 2, set.Version);
        set.BeginWrite();
        Assert.Equal(1, set.Version & 1);
        Assert.Throws<InvalidOperationException>(set.BeginWrite);
        Assert.Throws<InvalidOperationException>(() => bias[0] = 1);
        set.EndWrite();
        Assert.Equal(version + 4, set.Version);
    }

    [Fact]
    public void Names_are_looked_up_and_missing_ones_said()
    {
        ParameterSet<float> set = TestSets.Model<float>();
        Assert.Equal(8, set.Count);
        Assert.Equal(["conv1.weight", "conv1.bias", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "fc.weight", "fc.bias"], set.Select(static p => p.Name));
        Assert.False(set.TryGet("fc", out _));
        Assert.Contains("fc.weight", Assert.Throws<KeyNotFoundException>(() => set["fc"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => set[8]);
        Assert.Equal(["bn1.num_batches_tracked"], set.BatchCounters.Names);
        Assert.Throws<KeyNotFoundException>(() => set.BatchCounters["x"]);
    }

    [Fact]
    public void Wrong_layouts_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ParameterSet<float>([TestSets.Dense("a", [4], 0), TestSets.Dense("a", [4], 4)], 8, 8));
        Assert.Throws<ArgumentException>(() => new ParameterSet<float>([TestSets.Dense("a", [4], 5)], 8, 8));
        Assert.Throws<ArgumentException>(() => new ParameterSet<float>([TestSets.Dense("a", [4], 0, trainable: false)], 4, 8));
        ParameterInfo narrow = TestSets.Dense("a", [4], 0) with { Layout = [[3, 1]] };
        Assert.Throws<ArgumentException>(() => new ParameterSet<float>([narrow], 8, 8));
        ParameterInfo unpaired = TestSets.Dense("a", [4], 0) with { Layout = [[4, 1, 1]] };
        Assert.Throws<ArgumentException>(() => new ParameterSet<float>([unpaired], 8, 8));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(1000)]
    [InlineData(100_003)]
    public unsafe void Buffers_are_aligned_and_zero(int length)
    {
        var floats = new AlignedBuffer<float>(length);
        var doubles = new AlignedBuffer<double>(length);
        GC.Collect();
        Assert.Equal(0u, (nuint)Unsafe.AsPointer(ref floats.Reference) % 64);
        Assert.Equal(0u, (nuint)Unsafe.AsPointer(ref doubles.Reference) % 64);
        Assert.Equal(length, floats.Span.Length);
        Assert.False(floats.Span.ContainsAnyExcept(0f));
        Assert.False(doubles.Span.ContainsAnyExcept(0d));
        if (length > 0)
        {
            Assert.True(Unsafe.AreSame(ref floats.Reference, ref floats.Span[0]));
            Assert.True(Unsafe.AreSame(ref doubles.Memory.Span[0], ref doubles.Span[0]));
        }
    }
}
