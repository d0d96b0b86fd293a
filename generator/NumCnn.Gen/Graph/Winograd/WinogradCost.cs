using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Winograd;

/// <summary>
/// Decides by counting whether Winograd's algorithm pays, with which tile, and how many rows of tiles take a turn. The unit
/// is a cycle of a core with two 64-byte multiply-adds; narrower vectors scale arithmetic on both sides alike.
/// </summary>
internal static class WinogradCost
{
    /// <summary>The share of the direct sum's cycles that Winograd's may take at most: what the model does not know must not turn a gain into a loss.</summary>
    private const double Margin = 0.8;

    /// <summary>Multiply-adds a cycle that sums reach, direct ones and those of products.</summary>
    private const double DirectRate = 1.9, ProductRate = 1.75, GradientRate = 1.7;

    /// <summary>Beyond this the transformed weights come from memory at every call.</summary>
    private const long LargestWeight = 12 << 20;

    /// <summary>Bytes of the second cache that a step's values may count on.</summary>
    private const long SecondCache = 768 << 10;

    /// <summary>Cycles for 64 bytes from the second cache, and from beyond it.</summary>
    private const double FromSecond = 1.5, FromThird = 5;

    /// <summary>The cheapest tile and number of rows; null where the direct sum is cheaper.</summary>
    public static (WinogradPoints Points, int RowsPerGroup)? Best(int block, CorrelationShape shape)
    {
        double limit = Margin * Direct(block, shape);
        (WinogradPoints Points, int RowsPerGroup)? best = null;
        foreach (var points in new[] { WinogradPoints.Two, WinogradPoints.Four })
        {
            int tileRows = Ceiling(shape.Target.Rows, points.Outputs);
            for (int rows = 1; rows <= tileRows; rows++)
            {
                double cycles = Cycles(block, shape, points, rows);
                if (cycles < limit)
                {
                    limit = cycles;
                    best = (points, rows);
                }
            }
        }

        return best;
    }

    /// <summary>Rows of tiles a turn of a weight's gradient takes; null where the direct sum is cheaper. Every turn reads and writes all sums.</summary>
    public static int? RowsOfGradient(int block, Shape x, Shape y)
    {
        var points = WinogradPoints.Gradient;
        int n = points.Count * points.Count;
        long source = Ceiling(x.Channels, block);
        long target = Ceiling(y.Channels, block);
        int tileRows = Ceiling(y.Rows, points.Taps);
        int tileColumns = Ceiling(y.Columns, points.Taps);
        if (!FillsLanes(x.Channels, block) || !FillsLanes(y.Channels, block))
        {
            return null;
        }

        long sums = n * x.Channels * target;
        double limit = Margin * y.Pixels * target * (9 * x.Channels / GradientRate);
        int? best = null;
        for (int rows = 1; rows <= tileRows; rows++)
        {
            if (tileRows % rows != 0)
            {
                continue;
            }

            long tiles = (long)rows * tileColumns;
            long values = n * tiles * (source + target);
            double line = (sums + values) * 64 <= SecondCache ? FromSecond : FromThird;
            double products = (n * tiles * x.Channels * target / GradientRate) + (2 * sums * line);
            double transforms = tiles * ((source * 3.5 * n) + (target * 3 * n));
            double traffic = values * 64 <= FirstCache.Kept ? 0 : 2 * values * (values * 64 <= SecondCache ? FromSecond / 2 : FromThird / 2);
            double cycles = (tileRows / rows) * (products + transforms + traffic + 100);
            if (cycles < limit)
            {
                limit = cycles;
                best = rows;
            }
        }

        return best;
    }

    private static double Direct(int block, CorrelationShape shape)
    {
        // With few channels lanes run over columns, with somewhat more loads.
        double overChannels = (double)shape.Target.Pixels * Ceiling(shape.Target.Channels, block);
        double overColumns = 1.25 * shape.Target.Rows * Ceiling(shape.Target.Columns, block) * shape.Target.Channels;
        return Math.Min(overChannels, overColumns) * ((9 * shape.Source.Channels / DirectRate) + 4);
    }

    private static double Cycles(int block, CorrelationShape shape, WinogradPoints points, int rowsPerGroup)
    {
        int n = points.Count * points.Count;
        long source = Ceiling(shape.Source.Channels, block);
        long target = Ceiling(shape.Target.Channels, block);
        int tileRows = Ceiling(shape.Target.Rows, points.Outputs);
        int tileColumns = Ceiling(shape.Target.Columns, points.Outputs);
        long tiles = (long)tileRows * tileColumns;
        int groups = Ceiling(tileRows, rowsPerGroup);
        bool hasRest = shape.Target.Rows / points.Outputs % rowsPerGroup != 0 || shape.Target.Rows % points.Outputs != 0;
        long weights = n * shape.Source.Channels * target;
        if (weights * 64 > LargestWeight || !FillsLanes(shape.Source.Channels, block) || !FillsLanes(shape.Target.Channels, block))
        {
            return double.PositiveInfinity;
        }

        long values = n * (long)rowsPerGroup * tileColumns * (source + target);
        double line = (weights + values) * 64 <= SecondCache ? FromSecond : FromThird;
        double products = Math.Max(n * tiles * shape.Source.Channels * target / ProductRate, weights * groups * line);
        double transforms = tiles * ((source * 3.5 * n) + (target * 3 * n));
        double traffic = values * 64 <= FirstCache.Kept ? 0 : n * tiles * (source + target) * (values * 64 <= SecondCache ? 1.5 : 4);
        return products + transforms + traffic + (hasRest ? 0.01 * products : 0) + (groups * 100);
    }

    /// <summary>Values of few channels had better lie in rows, which the transforms do not read.</summary>
    private static bool FillsLanes(int channels, int block) => 4 * channels >= 3 * block * Ceiling(channels, block);

    private static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;
}
