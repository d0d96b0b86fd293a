using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Graph;

/// <summary>PyTorch's activation functions and their derivatives.</summary>
internal sealed class Activations(DType type)
{
    private const double SeluAlpha = 1.6732632423543772848170429916717;
    private const double SeluScale = 1.0507009873554804934193349852946;

    private readonly Functions _functions = new(type);

    public static ActivationFunction Relu { get; } = new("y = max(0, x)", static x => Expr.MaxNative(0, x), static (y, dy) => Expr.SelectGreater(y, 0, dy, 0), FromOutput: true) { IsCheap = true };

    public static ActivationFunction Relu6 { get; } = new(
        "y = min(6, max(0, x))",
        static x => Expr.MinNative(6, Expr.MaxNative(0, x)),
        static (y, dy) => Expr.SelectGreater(y, 0, Expr.SelectGreater(6, y, dy, 0), 0),
        FromOutput: true) { IsCheap = true };

    public static ActivationFunction Hardsigmoid { get; } = new(
        "y = min(6, max(0, x + 3)) / 6",
        static x => Expr.MinNative(6, Expr.MaxNative(0, x + 3)) * (1.0 / 6),
        static (y, dy) => Expr.SelectGreater(y, 0, Expr.SelectGreater(1, y, dy * (1.0 / 6), 0), 0),
        FromOutput: true) { IsCheap = true };

    public static ActivationFunction Hardswish { get; } = new(
        "y = x · min(6, max(0, x + 3)) / 6",
        static x => x * (Expr.MinNative(6, Expr.MaxNative(0, x + 3)) * (1.0 / 6)),
        static (x, dy) => Expr.SelectGreater(x, -3, Expr.SelectGreater(x, 3, dy, dy * Expr.MultiplyAdd(x, 1.0 / 3, 0.5)), 0),
        FromOutput: false) { IsCheap = true };

    public ActivationFunction Sigmoid => new("y = 1 / (1 + e^−x)", _functions.Sigmoid, static (y, dy) => dy * (y * (1 - y)), FromOutput: true);

    public ActivationFunction Tanh => new("y = tanh x", _functions.Tanh, static (y, dy) => dy * (1 - (y * y)), FromOutput: true);

    public ActivationFunction Selu => Exponential($"y = {SeluScale:0.####} · (x > 0 ? x : {SeluAlpha:0.####} · (e^x − 1))", SeluScale, SeluAlpha);

    public ActivationFunction Silu => new(
        "y = x / (1 + e^−x)",
        x => x * _functions.Sigmoid(x),
        (x, dy) =>
        {
            var s = _functions.Sigmoid(x);
            return dy * (s * Expr.MultiplyAdd(x, 1 - s, 1));
        },
        FromOutput: false);

    public ActivationFunction Mish => new(
        "y = x · tanh(log(1 + e^x))",
        x => x * TanhSoftplus(x),
        (x, dy) =>
        {
            var t = TanhSoftplus(x);
            return dy * Expr.MultiplyAdd(x * (1 - (t * t)), _functions.Sigmoid(x), t);
        },
        FromOutput: false);

    public ActivationFunction GeluErf => new(
        "y = x · (1 + erf(x / √2)) / 2",
        x => x * Gauss(x),
        (x, dy) => dy * Expr.MultiplyAdd(x * 0.39894228040143267794, _functions.Exp(x * x * -0.5), Gauss(x)),
        FromOutput: false);

    public ActivationFunction GeluTanh => new(
        "y = x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2",
        x => x * ((InnerTanh(x) + 1) * 0.5),
        (x, dy) =>
        {
            var t = InnerTanh(x);
            var slope = Expr.MultiplyAdd(x * x, 3 * 0.044715 * GeluFactor, GeluFactor);
            return dy * (0.5 * Expr.MultiplyAdd(x * (1 - (t * t)), slope, t + 1));
        },
        FromOutput: false);

    private const double GeluFactor = 0.79788456080286535588;

    public static ActivationFunction LeakyRelu(double slope) => new(
        $"y = x > 0 ? x : {Text(slope)} · x",
        x => Expr.SelectGreater(x, 0, x, x * slope),
        (value, dy) => Expr.SelectGreater(value, 0, dy, dy * slope),
        FromOutput: slope > 0) { IsCheap = true };

    public ActivationFunction Elu(double alpha) => Exponential($"y = x > 0 ? x : {Text(alpha)} · (e^x − 1)", 1, alpha);

    public ActivationFunction Softplus(double beta, double threshold) => new(
        "y = log(1 + e^x)",
        x =>
        {
            var scaled = Scaled(x, beta);
            return Expr.SelectGreater(scaled, threshold, x, _functions.Softplus(scaled) * (1 / beta));
        },
        (x, dy) =>
        {
            var scaled = Scaled(x, beta);
            return Expr.SelectGreater(scaled, threshold, dy, dy * _functions.Sigmoid(scaled));
        },
        FromOutput: false);

    private static Expr Scaled(Expr x, double factor) => factor == 1 ? x : x * factor;

    private ActivationFunction Exponential(string formula, double scale, double alpha) => new(
        formula,
        x => Expr.SelectGreater(x, 0, Scaled(x, scale), _functions.ExpMinusOne(Expr.MinNative(0, x)) * (scale * alpha)),
        alpha > 0
            ? (y, dy) => Expr.SelectGreater(y, 0, Scaled(dy, scale), dy * (y + (scale * alpha)))
            : (x, dy) => Expr.SelectGreater(x, 0, Scaled(dy, scale), dy * (_functions.Exp(Expr.MinNative(0, x)) * (scale * alpha))),
        FromOutput: alpha > 0);

    // tanh(log(1 + e)) = ((1 + e)² − 1) / ((1 + e)² + 1); beyond 20 it is 1 to the last bit.
    private Expr TanhSoftplus(Expr x)
    {
        var e = _functions.Exp(Expr.MinNative(20, x));
        var w = e * (e + 2);
        return w / (w + 2);
    }

    private Expr Gauss(Expr x) => Expr.MultiplyAdd(_functions.Erf(x * 0.70710678118654752440), 0.5, 0.5);

    private Expr InnerTanh(Expr x) => _functions.Tanh(x * Expr.MultiplyAdd(x * x, 0.044715 * GeluFactor, GeluFactor));

    private static string Text(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
