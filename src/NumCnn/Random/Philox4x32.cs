using System.Runtime.CompilerServices;

namespace NumCnn.Random;

/// <summary>
/// One block of Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3; SC 2011): four
/// random words that are a pure function of a key and a counter. Dropout asks for the same block again in the backward
/// pass instead of storing its mask, and no order of calls matters.
/// </summary>
/// <param name="X0">The first word.</param>
/// <param name="X1">The second word.</param>
/// <param name="X2">The third word.</param>
/// <param name="X3">The fourth word.</param>
public readonly record struct Philox4x32(uint X0, uint X1, uint X2, uint X3)
{
    private const int Rounds = 10;

    /// <summary>The block of a key and a counter.</summary>
    /// <param name="key">The key; its low half is the paper's first key word.</param>
    /// <param name="counterLow">Counter words 0 (low half) and 1 (high half).</param>
    /// <param name="counterHigh">Counter words 2 (low half) and 3 (high half).</param>
    /// <returns>Four words, each uniform over all 32-bit values.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // Hot from its first call on: initialisation and dropout.
    public static Philox4x32 At(ulong key, ulong counterLow, ulong counterHigh = 0)
    {
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        uint c0 = (uint)counterLow, c1 = (uint)(counterLow >> 32);
        uint c2 = (uint)counterHigh, c3 = (uint)(counterHigh >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = 0xD2511F53UL * c0;
            ulong p1 = 0xCD9E8D57UL * c2;
            c0 = (uint)(p1 >> 32) ^ c1 ^ k0;
            c1 = (uint)p1;
            c2 = (uint)(p0 >> 32) ^ c3 ^ k1;
            c3 = (uint)p0;
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return new Philox4x32(c0, c1, c2, c3);
    }
}
