namespace NumCnn.Conformance.RandomNetworks;

/// <summary>SplitMix64: the same sequence for a seed on every version of .NET.</summary>
internal sealed class Dice(ulong seed)
{
    // mixed, since states that differ by multiples of the increment give one sequence, shifted
    private ulong _state = Mix(seed);

    /// <summary>Uniform over 0 … 1, 53 bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform over first … last, both included.</summary>
    public int Between(int first, int last) => first + (int)(Next() % (ulong)(last - first + 1));

    public bool Chance(double probability) => NextDouble() < probability;

    public T Pick<T>(params ReadOnlySpan<T> items) => items[Between(0, items.Length - 1)];

    /// <summary>Normal with mean 0 and deviation 1 (Box-Muller).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>Normal values, each exact in float32.</summary>
    public double[] Normals(int count, double scale = 1, double offset = 0)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(offset + scale * NextNormal());
        }

        return values;
    }

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
