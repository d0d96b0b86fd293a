namespace Samples.Digits.Drawing;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood 2014): numbers that follow from the seed alone, on every machine and version.
/// </summary>
internal sealed class Dice(ulong seed)
{
    private ulong state = seed;

    /// <summary>Dice of their own for item <paramref name="index"/>, so that it does not matter who draws what when.</summary>
    public static Dice ForItem(ulong seed, int index) => new(new Dice(seed ^ (0xD1B54A32D192ED03ul * (ulong)(index + 1))).Next());

    public ulong Next()
    {
        ulong z = state += 0x9E3779B97F4A7C15ul;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ul;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBul;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1ul << 53));

    /// <summary>Uniform between two values.</summary>
    public double Uniform(double from, double to) => from + ((to - from) * Uniform());

    /// <summary>Normal of mean 0 (Box and Muller).</summary>
    public double Normal(double deviation)
        => deviation * Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>A whole number from 0 up to but not including <paramref name="count"/>.</summary>
    public int Below(int count) => (int)(Uniform() * count);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => Uniform() < probability;
}
