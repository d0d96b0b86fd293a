namespace NumCnn.Gen.Schedule;

/// <content>Tiles of several samples, which share each weight that is loaded.</content>
internal sealed partial class TileShape
{
    /// <summary>Samples that a kernel mostly gets at once, and the most that a tile has of them.</summary>
    private const int Chunk = 16, MostSamples = 8;

    /// <summary>Samples of a tile, by what a chunk of them costs: whole tiles, and single samples for the rest.</summary>
    public int BestSampleTile()
    {
        if (_forced is { } forced)
        {
            return forced.SampleTile;
        }

        int best = 1;
        double single = SampleCost(1, out _);
        double bestCost = double.MaxValue;
        for (int samples = 1; samples <= MostSamples; samples++)
        {
            int rest = Chunk % samples;
            double cost = ((Chunk - rest) * SampleCost(samples, out _)) + (rest * single);
            if (cost < bestCost)
            {
                bestCost = cost;
                best = samples;
            }
        }

        return best;
    }

    /// <summary>Cycles of a step for each vector of a sample, in a tile of some samples with the best number of vectors.</summary>
    private double SampleCost(int samples, out int best)
    {
        best = 1;
        double bestCost = double.MaxValue;
        for (int vectors = 1; vectors <= Math.Min(Available(), 8); vectors *= 2)
        {
            var (cycles, registers) = Cost(_tile[0], samples, null, 1, vectors);
            double cost = cycles / samples / vectors;
            if (registers <= _target.Registers && cost < bestCost * 0.98)
            {
                bestCost = cost;
                best = vectors;
            }
        }

        return bestCost;
    }
}
