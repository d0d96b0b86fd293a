namespace NumCnn.Random;

/// <summary>
/// The order of samples in an epoch: a Fisher–Yates shuffle on <see cref="Philox4x32"/> with the seed as key and the epoch
/// as the counter's high half. It depends on nothing else, so a training can be repeated from any epoch.
/// </summary>
public static class SampleOrder
{
    /// <summary>Fills a span with 0 … n−1 in the order of an epoch.</summary>
    /// <param name="order">Receives the indices.</param>
    /// <param name="seed">The seed of the training.</param>
    /// <param name="epoch">The epoch.</param>
    public static void Shuffle(Span<int> order, ulong seed, int epoch)
    {
        ulong counter = 0;
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = (int)Below((uint)i + 1, seed, (ulong)(uint)epoch, ref counter);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }

    // Lemire's bounded integers: the high half of a product, rejected where the low half would favour some values.
    private static uint Below(uint bound, ulong seed, ulong stream, ref ulong counter)
    {
        uint rejected = (0u - bound) % bound;
        while (true)
        {
            ulong product = (ulong)Philox4x32.At(seed, counter++, stream).X0 * bound;
            if ((uint)product >= rejected)
            {
                return (uint)(product >> 32);
            }
        }
    }
}
