namespace NumCnn.Conformance.Naive;

/// <summary>A loss with PyTorch's mean reduction, and its gradient by the outputs.</summary>
internal sealed class NaiveLoss(NaiveOptions options)
{
    public string Kind => options.Kind;

    /// <summary>True: targets are classes, one for each sample and pixel.</summary>
    public bool HasClassTargets => Kind is "cross_entropy" or "nll";

    public double Evaluate(NaiveTensor y, double[] targets, NaiveTensor gradient)
    {
        if (HasClassTargets)
        {
            return EvaluateClasses(y, targets, gradient);
        }

        double sum = 0, divisor = Kind == "half_squared_error" ? y.N : y.Data.Length;
        for (int e = 0; e < y.Data.Length; e++)
        {
            (double value, double derivative) = Element(y.Data[e], targets[e]);
            sum += value;
            gradient.Data[e] = derivative / divisor;
        }

        return sum / divisor;
    }

    private (double Value, double Derivative) Element(double y, double t)
    {
        double difference = y - t, beta = options.Number("beta", 1);
        return Kind switch
        {
            "mse" => (difference * difference, 2 * difference),
            "half_squared_error" => (0.5 * difference * difference, difference),
            "l1" => (Math.Abs(difference), Math.Sign(difference)),
            "smooth_l1" when Math.Abs(difference) < beta => (0.5 * difference * difference / beta, difference / beta),
            "smooth_l1" => (Math.Abs(difference) - 0.5 * beta, Math.Sign(difference)),
            "bce" => (-(t * Math.Log(y) + (1 - t) * Math.Log(1 - y)), (y - t) / (y * (1 - y))),
            "bce_with_logits" => (Math.Max(y, 0) - y * t + Math.Log(1 + Math.Exp(-Math.Abs(y))), 1 / (1 + Math.Exp(-y)) - t),
            _ => throw new NotSupportedException(Kind),
        };
    }

    private double EvaluateClasses(NaiveTensor y, double[] targets, NaiveTensor gradient)
    {
        int ignored = options.Int("ignore_index", -100);
        double smoothing = options.Number("label_smoothing", 0);
        NaiveTensor logarithms = Kind == "nll" ? y : NaiveLogSoftmax.LogSoftmax(y);
        int counted = targets.Count(target => (int)target != ignored);
        double sum = 0;
        foreach ((int n, int c, int i, int j) in y.Indices())
        {
            int target = (int)targets[(n * y.H + i) * y.W + j];
            if (target == ignored)
            {
                continue;
            }

            double share = (c == target ? 1 - smoothing : 0) + smoothing / y.C;
            sum -= share * logarithms[n, c, i, j];
            gradient[n, c, i, j] = (Kind == "nll" ? -share : Math.Exp(logarithms[n, c, i, j]) - share) / counted;
        }

        return sum / counted;
    }
}
