namespace NumCnn.Random;

/// <summary>
/// NumPy's legacy generator, numpy.random.RandomState(seed), value for value and bit for bit, so that an experiment that
/// was made with NumPy can be repeated. Arrays are filled in C order.
/// </summary>
/// <remarks>
/// Normal values go through the platform's logarithm, here as in NumPy; a platform whose logarithm rounds differently
/// from the one NumPy ran on can differ in a last bit. Everything else is exact arithmetic.
/// </remarks>
public sealed class RandomState
{
    private readonly MersenneTwister _twister;
    private double _spareNormal;
    private bool _hasSpareNormal;

    /// <summary>Seeds the generator.</summary>
    /// <param name="seed">The seed, as in RandomState(seed) or numpy.random.seed(seed).</param>
    public RandomState(uint seed)
    {
        _twister = new MersenneTwister(seed);
    }

    /// <summary>A value of the uniform distribution over [0, 1): random_sample().</summary>
    /// <returns>A multiple of 2⁻⁵³.</returns>
    public double RandomSample() => _twister.NextDouble();

    /// <summary>A value of the uniform distribution over [low, high): uniform(low, high).</summary>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end.</param>
    /// <returns>The value.</returns>
    public double Uniform(double low, double high) => low + (high - low) * RandomSample();

    /// <summary>A value of the standard normal distribution, by the polar method: standard_normal().</summary>
    /// <returns>The value; every second one was made together with the one before.</returns>
    public double StandardNormal()
    {
        if (_hasSpareNormal)
        {
            _hasSpareNormal = false;
            return _spareNormal;
        }

        double x, y, square;
        do
        {
            x = 2 * RandomSample() - 1;
            y = 2 * RandomSample() - 1;
            square = x * x + y * y;
        }
        while (square is >= 1 or 0);

        double factor = Math.Sqrt(-2 * Math.Log(square) / square);
        _spareNormal = factor * x;
        _hasSpareNormal = true;
        return factor * y;
    }

    /// <summary>A value of a normal distribution: normal(loc, scale).</summary>
    /// <param name="mean">The mean, NumPy's loc.</param>
    /// <param name="standardDeviation">The standard deviation, NumPy's scale.</param>
    /// <returns>The value.</returns>
    public double Normal(double mean, double standardDeviation)
    {
        if (!(standardDeviation >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(standardDeviation), standardDeviation, "A standard deviation is at least 0.");
        }

        return mean + standardDeviation * StandardNormal();
    }

    /// <summary>Uniform values over [0, 1): rand(d0, d1, …).</summary>
    /// <param name="shape">The array's sizes.</param>
    /// <returns>The array's elements in C order.</returns>
    public double[] Rand(params ReadOnlySpan<int> shape) => Fill(shape, RandomSample);

    /// <summary>Standard normal values: randn(d0, d1, …).</summary>
    /// <param name="shape">The array's sizes.</param>
    /// <returns>The array's elements in C order.</returns>
    public double[] Randn(params ReadOnlySpan<int> shape) => Fill(shape, StandardNormal);

    /// <summary>Integers over [low, high): randint(low, high, size), of NumPy's default type int64 (and of int32, which draws the same).</summary>
    /// <param name="low">The lowest value.</param>
    /// <param name="high">One above the highest value.</param>
    /// <param name="shape">The array's sizes.</param>
    /// <returns>The array's elements in C order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The interval is empty.</exception>
    public long[] Randint(long low, long high, params ReadOnlySpan<int> shape) => Fill(shape, () => Randint(low, high));

    /// <summary>An integer over [low, high): randint(low, high).</summary>
    /// <param name="low">The lowest value.</param>
    /// <param name="high">One above the highest value.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The interval is empty.</exception>
    public long Randint(long low, long high)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(low, high);
        return low + (long)UpTo((ulong)high - (ulong)low - 1);
    }

    /// <summary>The numbers 0 … n−1 in random order: permutation(n).</summary>
    /// <param name="n">How many.</param>
    /// <returns>The numbers.</returns>
    public int[] Permutation(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        int[] order = new int[n];
        for (int i = 0; i < n; i++)
        {
            order[i] = i;
        }

        Shuffle(order.AsSpan());
        return order;
    }

    /// <summary>The values in random order: permutation(x).</summary>
    /// <typeparam name="TItem">The values' type.</typeparam>
    /// <param name="values">The values, left as they are.</param>
    /// <returns>A new array.</returns>
    public TItem[] Permutation<TItem>(ReadOnlySpan<TItem> values)
    {
        TItem[] copy = values.ToArray();
        Shuffle(copy.AsSpan());
        return copy;
    }

    /// <summary>Puts values into random order: shuffle(x).</summary>
    /// <typeparam name="TItem">The values' type.</typeparam>
    /// <param name="values">The values.</param>
    public void Shuffle<TItem>(Span<TItem> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = (int)UpTo((ulong)i);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    // NumPy's legacy bounded integers: masked to the next power of two and drawn again where too large, from one word
    // where the range fits one, from two otherwise; a range of one value draws nothing.
    private ulong UpTo(ulong highest)
    {
        if (highest == 0)
        {
            return 0;
        }

        ulong mask = ulong.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(highest);
        ulong value;
        do
        {
            value = (highest <= uint.MaxValue ? _twister.NextUInt32() : _twister.NextUInt64()) & mask;
        }
        while (value > highest);

        return value;
    }

    private static TValue[] Fill<TValue>(ReadOnlySpan<int> shape, Func<TValue> next)
    {
        int length = 1;
        foreach (int size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
            length = checked(length * size);
        }

        var values = new TValue[length];
        foreach (ref TValue value in values.AsSpan())
        {
            value = next();
        }

        return values;
    }
}
