using System.Runtime.CompilerServices;
using System.Text;

namespace NumCnn.Random;

/// <summary>
/// The stream of random numbers that initialises one parameter. It is <see cref="Philox4x32"/> with the network's seed as
/// key, the 64-bit FNV-1a hash of the parameter's name (UTF-8) as the counter's high half, and 0, 1, 2, … as its low half.
/// A parameter's values therefore depend on the seed, its name and its shape alone: adding, removing or reordering other
/// layers leaves them as they are.
/// </summary>
public sealed class InitRandom
{
    private readonly ulong _seed;
    private readonly ulong _stream;
    private ulong _next;
    private ulong _spare;
    private bool _hasSpare;
    private double _spareNormal = double.NaN;

    /// <summary>Starts a parameter's stream.</summary>
    /// <param name="seed">The network's seed.</param>
    /// <param name="name">The parameter's name, such as conv1.weight.</param>
    public InitRandom(ulong seed, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        _seed = seed;
        _stream = Fnv1A(name);
    }

    /// <summary>The next 64 bits: words 0 and 1 of a block (the first is the low half), then its words 2 and 3.</summary>
    /// <returns>A value uniform over all 64-bit values.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // Hot from its first call on.
    public ulong NextUInt64()
    {
        if (_hasSpare)
        {
            _hasSpare = false;
            return _spare;
        }

        Philox4x32 block = Philox4x32.At(_seed, _next++, _stream);
        _spare = block.X2 | ((ulong)block.X3 << 32);
        _hasSpare = true;
        return block.X0 | ((ulong)block.X1 << 32);
    }

    /// <summary>The next 53 bits as a fraction.</summary>
    /// <returns>A multiple of 2⁻⁵³ in [0, 1).</returns>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next value of the standard normal distribution, by Marsaglia's polar method; every second one is the pair's other half.</summary>
    /// <returns>A value of mean 0 and variance 1.</returns>
    public double NextNormal()
    {
        if (!double.IsNaN(_spareNormal))
        {
            double value = _spareNormal;
            _spareNormal = double.NaN;
            return value;
        }

        double x, y, square;
        do
        {
            x = 2 * NextDouble() - 1;
            y = 2 * NextDouble() - 1;
            square = x * x + y * y;
        }
        while (square is >= 1 or 0);

        double factor = Math.Sqrt(-2 * Math.Log(square) / square);
        _spareNormal = y * factor;
        return x * factor;
    }

    private static ulong Fnv1A(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ b) * 1099511628211;
        }

        return hash;
    }
}
