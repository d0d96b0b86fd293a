using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Winograd;

/// <summary>
/// Winograd's algorithm along one axis: m outputs of a kernel of three taps from m + 2 products instead of 3·m. Inputs and
/// taps are polynomials; both are evaluated at m + 2 points, multiplied there, and the outputs are read off the products.
/// The points are 0, pairs ±p, and ∞.
/// </summary>
/// <remarks>
/// The pairs ±5/8 and ±3/2 of <see cref="Four"/> have squares and cubes that float32 represents exactly, and amplify rounding
/// less than the ±1 and ±2 of the literature: measured about twice the direct sum's error instead of four times and more.
/// </remarks>
internal sealed class WinogradPoints
{
    private readonly double[] _pairs;

    private WinogradPoints(params double[] pairs) => _pairs = pairs;

    /// <summary>Two outputs from four products.</summary>
    public static WinogradPoints Two { get; } = new(1);

    /// <summary>Four outputs from six products.</summary>
    public static WinogradPoints Four { get; } = new(0.625, 1.5);

    /// <summary>Outputs of a tile.</summary>
    public int Outputs => 2 * _pairs.Length;

    /// <summary>Points, which are also the inputs of a tile.</summary>
    public int Count => Outputs + 2;

    /// <summary>Points whose values share what they are made of: 0, ∞, and then each pair.</summary>
    public IReadOnlyList<int[]> Groups => [[0], [Count - 1], .. _pairs.Select(static (_, k) => new[] { (2 * k) + 1, (2 * k) + 2 })];

    /// <summary>The outputs of even and of odd index, which share sums and differences of the pairs' products.</summary>
    public IReadOnlyList<int[]> OutputGroups => [[.. Enumerable.Range(0, Outputs / 2).Select(static k => 2 * k)], [.. Enumerable.Range(0, Outputs / 2).Select(static k => (2 * k) + 1)]];

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
        result[0] = 1 / _pairs.Aggregate(1.0, static (product, pair) => product * -(pair * pair)) * g(0);
        result[Count - 1] = g(2);
        for (int k = 0; k < _pairs.Length; k++)
        {
            double pair = _pairs[k];
            double scale = 1 / _pairs.Where(other => other != pair).Aggregate(2 * pair * pair, (product, other) => product * ((pair * pair) - (other * other)));
            var even = Expr.MultiplyAdd(scale * pair * pair, g(2), scale * g(0));
            var odd = scale * pair * g(1);
            result[(2 * k) + 1] = even + odd;
            result[(2 * k) + 2] = even - odd;
        }

        return result;
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
