using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Winograd;

/// <summary>
/// Winograd's algorithm along one axis: m outputs of a kernel of r taps from m + r − 1 products instead of r·m. Inputs and
/// taps are polynomials; both are evaluated at m + r − 1 points, multiplied there, and the outputs are read off the products.
/// The points are 0, pairs ±p, and ∞.
/// </summary>
/// <remarks>
/// The pairs ±5/8 and ±3/2 of <see cref="Four"/> have squares and cubes that float32 represents exactly, and amplify rounding
/// less than the ±1 and ±2 of the literature: measured about twice the direct sum's error instead of four times and more.
/// </remarks>
internal sealed class WinogradPoints
{
    private readonly double[] _pairs;

    private WinogradPoints(int taps, params double[] pairs)
    {
        Taps = taps;
        _pairs = pairs;
    }

    /// <summary>Two outputs of three taps from four products.</summary>
    public static WinogradPoints Two { get; } = new(3, 1);

    /// <summary>Four outputs of three taps from six products.</summary>
    public static WinogradPoints Four { get; } = new(3, 0.625, 1.5);

    /// <summary>Three outputs of four taps from six products: a weight's gradient, whose kernel are tiles of dy.</summary>
    public static WinogradPoints Gradient { get; } = new(4, 0.625, 1.5);

    /// <summary>Taps of the kernel.</summary>
    public int Taps { get; }

    /// <summary>Outputs of a tile.</summary>
    public int Outputs => Count - Taps + 1;

    /// <summary>Points, which are also the inputs of a tile.</summary>
    public int Count => (2 * _pairs.Length) + 2;

    /// <summary>Points whose values share what they are made of: 0, ∞, and then each pair.</summary>
    public IReadOnlyList<int[]> Groups => [[0], [Count - 1], .. _pairs.Select(static (_, k) => new[] { (2 * k) + 1, (2 * k) + 2 })];

    /// <summary>The outputs of even and of odd index, which share sums and differences of the pairs' products.</summary>
    public IReadOnlyList<int[]> OutputGroups => [[.. Enumerable.Range(0, Outputs).Where(static k => k % 2 == 0)], [.. Enumerable.Range(0, Outputs).Where(static k => k % 2 == 1)]];

    /// <summary>A row of Bᵀ · d, for the points of one group.</summary>
    public IReadOnlyList<Expr> Input(int[] group, Func<int, Expr> d)
    {
        if (group.Length == 1)
        {
            // x^shift · Π (x² − p²)
            int shift = group[0] == 0 ? 0 : 1;
            return [Even(_pairs, shift, d)];
        }

        // x · (x ± p) · Π over the other pairs of (x² − q²)
        double pair = _pairs[(group[0] - 1) / 2];
        double[] others = [.. _pairs.Where(other => other != pair)];
        var even = Even(others, 2, d);
        var odd = Even(others, 1, d);
        return [Scaled(pair, odd, even), Scaled(-pair, odd, even)];
    }

    /// <summary>All of G · g.</summary>
    public IReadOnlyList<Expr> Weight(Func<int, Expr> g)
    {
        var result = new Expr[Count];
        foreach (int[] group in Groups)
        {
            var values = Weight(group, g);
            for (int k = 0; k < group.Length; k++)
            {
                result[group[k]] = values[k];
            }
        }

        return result;
    }

    /// <summary>Rows of G · g, for the points of one group.</summary>
    public IReadOnlyList<Expr> Weight(int[] group, Func<int, Expr> g)
    {
        if (group.Length == 1)
        {
            return [group[0] == 0 ? 1 / _pairs.Aggregate(1.0, static (product, pair) => product * -(pair * pair)) * g(0) : g(Taps - 1)];
        }

        double pair = _pairs[(group[0] - 1) / 2];
        double scale = 1 / _pairs.Where(other => other != pair).Aggregate(2 * pair * pair, (product, other) => product * ((pair * pair) - (other * other)));
        Expr Part(int first)
        {
            var sum = scale * Math.Pow(pair, first) * g(first);
            for (int k = first + 2; k < Taps; k += 2)
            {
                sum = Expr.MultiplyAdd(scale * Math.Pow(pair, k), g(k), sum);
            }

            return sum;
        }

        var (even, odd) = (Part(0), Part(1));
        return [even + odd, even - odd];
    }

    /// <summary>Rows of Aᵀ · m, for the outputs of one group.</summary>
    public IReadOnlyList<Expr> Output(int[] group, Func<int, Expr> m)
    {
        bool isOdd = group[0] % 2 == 1;
        var combined = new Expr[_pairs.Length];
        for (int k = 0; k < combined.Length; k++)
        {
            var (plus, minus) = (m((2 * k) + 1), m((2 * k) + 2));
            combined[k] = isOdd ? plus - minus : plus + minus;
        }

        return
        [
            .. group.Select(output =>
            {
                var sum = output == 0 ? m(0) : output == Outputs - 1 ? m(Count - 1) : null;
                for (int k = combined.Length - 1; k >= 0; k--)
                {
                    double factor = Math.Pow(_pairs[k], output);
                    sum = sum is null ? factor * combined[k] : Scaled(factor, combined[k], sum);
                }

                return sum!;
            }),
        ];
    }

    /// <summary>The inner product of d and the coefficients of x^shift · Π (x² − p²).</summary>
    private static Expr Even(double[] pairs, int shift, Func<int, Expr> d)
    {
        double[] coefficients = [1];
        foreach (double pair in pairs)
        {
            var next = new double[coefficients.Length + 1];
            for (int k = 0; k < coefficients.Length; k++)
            {
                next[k] -= pair * pair * coefficients[k];
                next[k + 1] += coefficients[k];
            }

            coefficients = next;
        }

        var sum = d(shift + (2 * pairs.Length));
        for (int k = pairs.Length - 1; k >= 0; k--)
        {
            sum = Scaled(coefficients[k], d(shift + (2 * k)), sum);
        }

        return sum;
    }

    /// <summary>factor · a + b.</summary>
    private static Expr Scaled(double factor, Expr a, Expr b) => factor switch
    {
        1 => b + a,
        -1 => b - a,
        _ => Expr.MultiplyAdd(factor, a, b),
    };
}
