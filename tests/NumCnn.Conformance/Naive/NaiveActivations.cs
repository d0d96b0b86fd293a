namespace NumCnn.Conformance.Naive;

/// <summary>A function of each element by itself, with its derivative. At a bend the derivative is PyTorch's.</summary>
internal sealed class NaiveActivation : NaiveUnaryLayer
{
    // selu's constants, as PyTorch and the paper have them
    private const double SeluAlpha = 1.6732632423543772848170429916717, SeluScale = 1.0507009873554804934193349852946;

    protected override NaiveTensor Forward(NaiveTensor x) => x.Map(Function);

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy) => x.Zip(dy, (value, d) => d * Derivative(value));

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Softplus(double x) => x > 0 ? x + Log1p(Math.Exp(-x)) : Log1p(Math.Exp(x));

    /// <summary>log(1 + x) without losing a small x (Kahan).</summary>
    private static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }

    /// <summary>exp(x) - 1 without losing a small x (Kahan).</summary>
    private static double Expm1(double x)
    {
        double u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 ? -1 : double.IsPositiveInfinity(u) ? u : (u - 1) * x / Math.Log(u);
    }

    /// <summary>erf(x) = 2/√π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)): no cancellation.</summary>
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
        {
            return Math.Sign(x);
        }

        double term = x, sum = x;
        for (int n = 1; n < 400; n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private static double GeluInner(double x) => Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);

    private double Function(double x)
    {
        double alpha = Options.Number("alpha", 1), beta = Options.Number("beta", 1);
        return Options.Kind switch
        {
            "relu" => Math.Max(x, 0),
            "relu6" => Math.Clamp(x, 0, 6),
            "leaky_relu" => x > 0 ? x : x * Options.Number("negative_slope", 0.01),
            "elu" => x > 0 ? x : alpha * Expm1(x),
            "selu" => x > 0 ? SeluScale * x : SeluScale * SeluAlpha * Expm1(x),
            "gelu" when Options.Text("approximate") == "tanh" => 0.5 * x * (1 + Math.Tanh(GeluInner(x))),
            "gelu" => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
            "silu" => x * Sigmoid(x),
            "mish" => x * Math.Tanh(Softplus(x)),
            "hardswish" => x * Math.Clamp(x + 3, 0, 6) / 6,
            "hardsigmoid" => Math.Clamp(x + 3, 0, 6) / 6,
            "softplus" => x * beta > Options.Number("threshold", 20) ? x : Softplus(x * beta) / beta,
            "tanh" => Math.Tanh(x),
            "sigmoid" => Sigmoid(x),
            _ => throw new NotSupportedException(Options.Kind),
        };
    }

    private double Derivative(double x)
    {
        double alpha = Options.Number("alpha", 1), beta = Options.Number("beta", 1);
        switch (Options.Kind)
        {
            case "relu":
                return x > 0 ? 1 : 0;
            case "relu6":
                return x is > 0 and < 6 ? 1 : 0;
            case "leaky_relu":
                return x > 0 ? 1 : Options.Number("negative_slope", 0.01);
            case "elu":
                return x > 0 ? 1 : alpha * Math.Exp(x);
            case "selu":
                return x > 0 ? SeluScale : SeluScale * SeluAlpha * Math.Exp(x);
            case "gelu" when Options.Text("approximate") == "tanh":
                double t = Math.Tanh(GeluInner(x));
                return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * Math.Sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
            case "gelu":
                return 0.5 * (1 + Erf(x / Math.Sqrt(2))) + x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
            case "silu":
                return Sigmoid(x) * (1 + x * (1 - Sigmoid(x)));
            case "mish":
                double tanh = Math.Tanh(Softplus(x));
                return tanh + x * (1 - tanh * tanh) * Sigmoid(x);
            case "hardswish":
                return x < -3 ? 0 : x <= 3 ? x / 3 + 0.5 : 1;
            case "hardsigmoid":
                return x is > -3 and < 3 ? 1.0 / 6 : 0;
            case "softplus":
                return x * beta > Options.Number("threshold", 20) ? 1 : Sigmoid(x * beta);
            case "tanh":
                return 1 - Math.Tanh(x) * Math.Tanh(x);
            case "sigmoid":
                return Sigmoid(x) * (1 - Sigmoid(x));
            default:
                throw new NotSupportedException(Options.Kind);
        }
    }
}

/// <summary>x where it is positive, weight · x elsewhere; one weight, or one for each channel.</summary>
internal sealed class NaivePrelu : NaiveUnaryLayer
{
    protected override NaiveTensor Forward(NaiveTensor x)
    {
        double[] w = Parameter("weight");
        NaiveTensor y = x.Like();
        foreach ((int n, int c, int i, int j) in x.Indices())
        {
            double value = x[n, c, i, j];
            y[n, c, i, j] = value > 0 ? value : value * w[w.Length == 1 ? 0 : c];
        }

        return y;
    }

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        double[] w = Parameter("weight"), dw = Gradient("weight");
        NaiveTensor dx = x.Like();
        foreach ((int n, int c, int i, int j) in x.Indices())
        {
            int p = w.Length == 1 ? 0 : c;
            bool positive = x[n, c, i, j] > 0;
            dx[n, c, i, j] = dy[n, c, i, j] * (positive ? 1 : w[p]);
            dw[p] += positive ? 0 : dy[n, c, i, j] * x[n, c, i, j];
        }

        return dx;
    }
}

/// <summary>exp(x[c]) / Σ exp(x[k]), at each pixel.</summary>
internal sealed class NaiveSoftmax : NaiveUnaryLayer
{
    protected override NaiveTensor Forward(NaiveTensor x) => NaiveLogSoftmax.LogSoftmax(x).Map(Math.Exp);

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        NaiveTensor dx = x.Like();
        foreach ((int n, int c, int i, int j) in x.Indices())
        {
            double dot = Enumerable.Range(0, x.C).Sum(k => y[n, k, i, j] * dy[n, k, i, j]);
            dx[n, c, i, j] = y[n, c, i, j] * (dy[n, c, i, j] - dot);
        }

        return dx;
    }
}

/// <summary>x[c] - log Σ exp(x[k]), at each pixel.</summary>
internal sealed class NaiveLogSoftmax : NaiveUnaryLayer
{
    public static NaiveTensor LogSoftmax(NaiveTensor x)
    {
        NaiveTensor y = x.Like();
        foreach ((int n, int c, int i, int j) in x.Indices())
        {
            double largest = Enumerable.Range(0, x.C).Max(k => x[n, k, i, j]);
            double sum = Enumerable.Range(0, x.C).Sum(k => Math.Exp(x[n, k, i, j] - largest));
            y[n, c, i, j] = x[n, c, i, j] - largest - Math.Log(sum);
        }

        return y;
    }

    protected override NaiveTensor Forward(NaiveTensor x) => LogSoftmax(x);

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        NaiveTensor dx = x.Like();
        foreach ((int n, int c, int i, int j) in x.Indices())
        {
            double sum = Enumerable.Range(0, x.C).Sum(k => dy[n, k, i, j]);
            dx[n, c, i, j] = dy[n, c, i, j] - Math.Exp(y[n, c, i, j]) * sum;
        }

        return dx;
    }
}
