using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

/// <summary>
/// Elementary functions as expressions of the loop IR, so that they have the same bits in every vector width.
/// Largest errors against a reference of higher precision are measured by the tests.
/// </summary>
internal sealed class Functions
{
    private readonly bool _single;

    public Functions(DType type) => _single = type == DType.Float32;

    /// <summary>e^x, to about one unit in the last place; 0 and infinity beyond the exponent's range.</summary>
    public Expr Exp(Expr x)
    {
        var (power, polynomial) = ExpParts(x);
        return Expr.MultiplyAdd(power, polynomial, power);
    }

    /// <summary>e^x − 1, accurate near 0, for x up to 0.</summary>
    public Expr ExpMinusOne(Expr x)
    {
        var (power, polynomial) = ExpParts(x);
        return Expr.MultiplyAdd(power, polynomial, power - 1);
    }

    /// <summary>1 / (1 + e^−x).</summary>
    public Expr Sigmoid(Expr x) => (Expr)1 / (Exp(-x) + 1);

    /// <summary>tanh |x| = −m / (m + 2) with m = e^(−2|x|) − 1, which loses nothing near 0; the sign is x's.</summary>
    public Expr Tanh(Expr x)
    {
        var m = Expr.Noted("m = e^(−2·|x|) − 1", ExpMinusOne(Expr.Abs(x) * -2));
        var positive = Expr.Noted("tanh |x|", (-m) / (m + 2));
        return Expr.SelectGreater(0, x, -positive, positive);
    }

    /// <summary>log(1 + z) for z in [0, 1]: 2·artanh(z / (2 + z)) by its series in a square of at most 1/9.</summary>
    public Expr LogOnePlus(Expr z)
    {
        var s = Expr.Noted("log(1 + z) = 2·artanh(s) with this s", z / (z + 2));
        var square = s * s;
        int last = _single ? 8 : 17;
        Expr sum = 1.0 / ((2 * last) + 1);
        for (int k = last - 1; k >= 1; k--)
        {
            sum = Expr.MultiplyAdd(sum, square, 1.0 / ((2 * k) + 1));
            sum = k == last - 1 ? Expr.Noted("by its series in s²", sum) : sum;
        }

        // The series' first term stands apart: s + s·s²·(1/3 + …).
        return 2 * Expr.MultiplyAdd(s * square, sum, s);
    }

    /// <summary>log(1 + e^x).</summary>
    public Expr Softplus(Expr x) => Expr.MaxNative(0, x) + LogOnePlus(Exp(-Expr.Abs(x)));

    /// <summary>The error function: rational approximations of Cephes (Moshier), on both sides of 1.</summary>
    public Expr Erf(Expr x)
    {
        var magnitude = Expr.Noted("from 6 on erf is 1", Expr.MinNative(6, Expr.Abs(x)));
        var square = x * x;
        var inner = x * (Polynomial(square, ErfNumerator, "erf z below 1: z times this polynomial of z²") / Polynomial(square, ErfDenominator, "over this one"));
        var tail = Exp(-(magnitude * magnitude)) * (Polynomial(magnitude, ErfcNumerator, "1 − erf z from 1 on: e^−z² times this polynomial of z") / Polynomial(magnitude, ErfcDenominator, "over this one"));
        var outer = Expr.Noted("erf |z| from 1 on", 1 - tail);
        return Expr.SelectGreater(1, magnitude, inner, Expr.SelectGreater(0, x, -outer, outer));
    }

    private static readonly double[] ErfNumerator =
        [9.60497373987051638749E0, 9.00260197203842689217E1, 2.23200534594684319226E3, 7.00332514112805075473E3, 5.55923013010394962768E4];

    private static readonly double[] ErfDenominator =
        [1, 3.35617141647503099647E1, 5.21357949780152679795E2, 4.59432382970980127987E3, 2.26290000613890934246E4, 4.92673942608635921086E4];

    private static readonly double[] ErfcNumerator =
    [
        2.46196981473530512524E-10, 5.64189564831068821977E-1, 7.46321056442269912687E0, 4.86371970985681366614E1, 1.96520832956077098242E2,
        5.26445194995477358631E2, 9.34528527171957607540E2, 1.02755188689515710272E3, 5.57535335369399327526E2,
    ];

    private static readonly double[] ErfcDenominator =
    [
        1, 1.32281951154744992508E1, 8.67072140885989742329E1, 3.54937778887819891062E2, 9.75708501743205489753E2,
        1.82390916687909736289E3, 2.24633760818710981792E3, 1.65666309194161350182E3, 5.57535340817727675546E2,
    ];

    private static Expr Polynomial(Expr x, double[] coefficients, string note)
    {
        Expr value = coefficients[0];
        for (int i = 1; i < coefficients.Length; i++)
        {
            value = coefficients[i - 1] == 1 && i == 1 ? x + coefficients[i] : Expr.MultiplyAdd(value, x, coefficients[i]);
            value = i == 1 ? Expr.Noted(note, value) : value;
        }

        return value;
    }

    /// <summary>2^n and e^r − 1 where x = n·log 2 + r.</summary>
    private (Expr Power, Expr Polynomial) ExpParts(Expr x)
    {
        // One beyond the exponents gives the bits of 0 and of infinity, which is what e^x is there.
        double low = _single ? -88 : -709;
        double high = _single ? 89 : 710;
        double rounder = _single ? 12582912.0 : 6755399441055744.0;
        double logHigh = _single ? 0.693145751953125 : 0.693147180369123816490;
        double logLow = _single ? 1.428606765330187045e-06 : 1.90821492927058770002e-10;
        var clamped = Expr.MinNative(high, Expr.MaxNative(low, x));
        var shifted = Expr.Noted("e^z: n = z / log 2, rounded by adding a large number", Expr.MultiplyAdd(clamped, 1.4426950408889634, rounder));
        var n = shifted - rounder;
        var r = Expr.Noted("r = z − n·log 2", Expr.MultiplyAdd(n, -logLow, Expr.MultiplyAdd(n, -logHigh, clamped)));
        int degree = _single ? 7 : 13;
        double factorial = 1;
        for (int i = 2; i <= degree; i++)
        {
            factorial *= i;
        }

        Expr polynomial = 1 / factorial;
        for (int i = degree; i > 2; i--)
        {
            factorial /= i;
            polynomial = Expr.MultiplyAdd(polynomial, r, 1 / factorial);
            polynomial = i == degree ? Expr.Noted("e^r − 1, by its series", polynomial) : polynomial;
        }

        return (Expr.Noted("2^n", Expr.ScaleByPowerOfTwo(1, shifted)), Expr.MultiplyAdd(r * r, polynomial, r));
    }
}
