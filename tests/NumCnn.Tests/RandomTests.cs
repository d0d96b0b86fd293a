using NumCnn.Random;

namespace NumCnn.Tests;

public sealed class RandomTests
{
    // Known answers of the reference implementation, Random123's kat_vectors.
    [Theory]
    [InlineData(0UL, 0UL, 0UL, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd)]
    [InlineData(0x299f31d0a4093822UL, 0x85a308d3243f6a88UL, 0x0370734413198a2eUL, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1)]
    public void Philox_gives_the_known_answers(ulong key, ulong low, ulong high, uint x0, uint x1, uint x2, uint x3) =>
        Assert.Equal(new Philox4x32(x0, x1, x2, x3), Philox4x32.At(key, low, high));

    [Fact]
    public void Initial_values_depend_on_seed_name_and_shape_alone()
    {
        var one = new ParameterSet<float>([TestSets.Dense("a", [40], 0), TestSets.Dense("b", [40], 40)], 80, 80);
        var other = new ParameterSet<float>([TestSets.Dense("c", [7], 0), TestSets.Blocked("b4", 3, 1, 1, 1, 16), TestSets.Dense("b", [40], 64)], 104, 104);
        one.Reset(42);
        other.Reset(42);
        Assert.Equal(one["b"].ToArray(), other["b"].ToArray());
        Assert.NotEqual(one["a"].ToArray(), one["b"].ToArray());
        float[] before = one["a"].ToArray();
        one.Reset(43);
        Assert.NotEqual(before, one["a"].ToArray());
        one.Reset(42);
        Assert.Equal(before, one["a"].ToArray());
    }

    [Fact]
    public void Streams_are_as_documented()
    {
        var random = new InitRandom(seed: 5, name: "a");
        const ulong hash = unchecked((14695981039346656037UL ^ 'a') * 1099511628211UL);
        for (ulong i = 0; i < 3; i++)
        {
            Philox4x32 block = Philox4x32.At(5, i, hash);
            Assert.Equal(block.X0 | ((ulong)block.X1 << 32), random.NextUInt64());
            Assert.Equal(block.X2 | ((ulong)block.X3 << 32), random.NextUInt64());
        }
    }

    [Fact]
    public void Uniform_values_fill_their_interval_evenly()
    {
        double[] values = new double[100_000];
        new Initializer.Uniform(0.25).Fill<double>(values, new InitRandom(1, "w"));
        Assert.All(values, static value => Assert.InRange(value, -0.25, 0.25));
        int[] histogram = new int[20];
        foreach (double value in values)
        {
            histogram[(int)((value + 0.25) / 0.5 * 20)]++;
        }

        // χ² with 19 degrees of freedom: above 43.8 in one of 1,000 draws.
        Assert.True(histogram.Sum(static count => (count - 5000.0) * (count - 5000.0) / 5000) < 43.8);
    }

    [Fact]
    public void Normal_values_have_the_distributions_moments()
    {
        double[] values = new double[100_000];
        new Initializer.Normal(2).Fill<double>(values, new InitRandom(1, "w"));
        double mean = values.Average();
        double variance = values.Average(value => (value - mean) * (value - mean));
        double kurtosis = values.Average(value => Math.Pow(value - mean, 4)) / (variance * variance);
        // Five standard errors of each.
        Assert.InRange(mean, -0.032, 0.032);
        Assert.InRange(variance, 4 - 0.09, 4 + 0.09);
        Assert.InRange(kurtosis, 3 - 0.078, 3 + 0.078);
        Assert.InRange(values.Count(static value => Math.Abs(value) < 2) / 100_000.0, 0.6827 - 0.0074, 0.6827 + 0.0074);
    }

    [Fact]
    public void Constants_and_literals_are_taken_as_they_are()
    {
        var set = new ParameterSet<float>(
            [TestSets.Dense("c", [3], 0, initializer: new Initializer.Constant(0.25)), TestSets.Dense("l", [2, 2], 3, initializer: new Initializer.Literal([1, 2, 3, 4.5]))],
            7,
            7);
        set.Reset(1);
        Assert.Equal([0.25f, 0.25f, 0.25f, 1, 2, 3, 4.5f], set.Storage.ToArray());
        var wrong = new ParameterSet<float>([TestSets.Dense("l", [2], 0, initializer: new Initializer.Literal([1]))], 2, 2);
        Assert.Throws<ArgumentException>(() => wrong.Reset(1));
        Assert.Equal(0, wrong.Version & 1);
    }

    [Fact]
    public void Orders_are_permutations_that_seed_and_epoch_select()
    {
        int[] first = new int[1000], again = new int[1000], next = new int[1000];
        SampleOrder.Shuffle(first, 9, 1);
        SampleOrder.Shuffle(again, 9, 1);
        SampleOrder.Shuffle(next, 9, 2);
        Assert.Equal(first, again);
        Assert.NotEqual(first, next);
        Assert.Equal(Enumerable.Range(0, 1000), first.Order());
        Assert.Equal(Enumerable.Range(0, 1000), next.Order());
    }

    [Fact]
    public void All_orders_of_four_are_equally_likely()
    {
        var counts = new Dictionary<int, int>();
        Span<int> order = stackalloc int[4];
        for (int epoch = 0; epoch < 24_000; epoch++)
        {
            SampleOrder.Shuffle(order, 3, epoch);
            int key = order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3];
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        Assert.Equal(24, counts.Count);
        // χ² with 23 degrees of freedom: above 49.7 in one of 1,000 draws.
        Assert.True(counts.Values.Sum(static count => (count - 1000.0) * (count - 1000.0) / 1000) < 49.7);
    }
}
