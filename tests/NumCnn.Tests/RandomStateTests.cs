using NumCnn.Random;

namespace NumCnn.Tests;

/// <summary>Bit for bit against numpy.random.RandomState: Reference/random_state.py.</summary>
public sealed class RandomStateTests
{
    private static readonly ReferenceData s_numpy = new("random_state.npz");

    public static TheoryData<uint> Seeds { get; } = [0, 42, uint.MaxValue];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Floats_have_NumPys_bits(uint seed)
    {
        AssertBits(s_numpy.Doubles($"{seed}.rand"), new RandomState(seed).Rand(1500));
        AssertBits(s_numpy.Doubles($"{seed}.randn"), new RandomState(seed).Randn(3, 5, 67));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Integers_are_NumPys_in_every_range(uint seed)
    {
        var random = new RandomState(seed);
        Assert.Equal(s_numpy.Integers($"{seed}.randint10"), random.Randint(0, 10, 700));
        Assert.Equal(s_numpy.Integers($"{seed}.randint_one"), random.Randint(5, 6, 3));
        Assert.Equal(s_numpy.Integers($"{seed}.randint_negative"), random.Randint(-1000, 1001, 50));
        Assert.Equal(s_numpy.Integers($"{seed}.randint_uint32"), random.Randint(0, 1L << 32, 50));
        Assert.Equal(s_numpy.Integers($"{seed}.randint_33_bits"), random.Randint(0, (1L << 32) + 1, 50));
        Assert.Equal(s_numpy.Integers($"{seed}.randint_wide"), random.Randint(-(1L << 62), 3L << 61, 50));
        Assert.Equal(s_numpy.Integers($"{seed}.randint_all"), random.Randint(long.MinValue, long.MaxValue, 50));
        Assert.Equal(s_numpy.Integers($"{seed}.randint_int32"), random.Randint(int.MinValue, int.MaxValue, 50));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Permutations_are_NumPys(uint seed)
    {
        var random = new RandomState(seed);
        Assert.Equal(s_numpy.Integers($"{seed}.permutation"), Array.ConvertAll(random.Permutation(1000), static i => (long)i));
        long[] some = [.. Enumerable.Range(100, 20).Select(static i => (long)i)];
        Assert.Equal(s_numpy.Integers($"{seed}.permutation_of"), random.Permutation<long>(some));
        long[] shuffled = [.. Enumerable.Range(0, 57).Select(static i => 3L * i)];
        random.Shuffle(shuffled.AsSpan());
        Assert.Equal(s_numpy.Integers($"{seed}.shuffle"), shuffled);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Calls_of_all_kinds_share_one_stream(uint seed)
    {
        var random = new RandomState(seed);
        var mixed = new List<double>();
        for (int i = 0; i < 40; i++)
        {
            mixed.AddRange([random.StandardNormal(), random.RandomSample(), random.Randint(0, 7), random.Uniform(-2.5, 4), random.Normal(3, 0.25), random.Permutation(4)[0]]);
        }

        AssertBits(s_numpy.Doubles($"{seed}.mixed"), [.. mixed]);
    }

    [Fact]
    public void Empty_intervals_are_refused()
    {
        var random = new RandomState(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Randint(3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Normal(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Rand(2, -1));
    }

    private static void AssertBits(double[] expected, double[] actual) => Assert.Equal(
        Array.ConvertAll(expected, BitConverter.DoubleToInt64Bits),
        Array.ConvertAll(actual, BitConverter.DoubleToInt64Bits));
}
