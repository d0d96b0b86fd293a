namespace NumCnn.Conformance.Naive;

/// <summary>Shared by the norms: y = (x - mean) / √(variance + eps) · scale + shift over sets of elements.</summary>
internal static class NormMath
{
    /// <summary>The mean and the biased variance.</summary>
    public static (double Mean, double Variance) Moments(IReadOnlyList<double> values)
    {
        double mean = values.Sum() / values.Count;
        return (mean, values.Sum(value => (value - mean) * (value - mean)) / values.Count);
    }

    /// <summary>The gradient by x̂'s inputs, given the one by x̂, where mean and variance depend on the same inputs.</summary>
    public static double[] Backward(double[] normalized, double[] dNormalized, double standardDeviation)
    {
        int m = normalized.Length;
        double sum = dNormalized.Sum(), dot = normalized.Zip(dNormalized, static (a, b) => a * b).Sum();
        return [.. normalized.Zip(dNormalized, (xHat, d) => (d - sum / m - xHat * dot / m) / standardDeviation)];
    }
}

/// <summary>Each channel over the batch and its pixels; running statistics outside training and where frozen.</summary>
internal sealed class NaiveBatchNorm : NaiveUnaryLayer
{
    private readonly Dictionary<int, (double Mean, double Variance)> _used = [];

    private bool Affine => Options.Flag("affine", defaultValue: true);

    private double Eps => Options.Number("eps", 1e-5);

    private bool UsesBatch => Network.Training && !Frozen;

    protected override NaiveTensor Forward(NaiveTensor x)
    {
        NaiveTensor y = x.Like();
        double[] runningMean = Parameter("running_mean"), runningVariance = Parameter("running_var");
        double momentum = Options.Number("momentum", 0.1);
        for (int c = 0; c < x.C; c++)
        {
            (int N, int C, int I, int J)[] elements = Elements(x, c);
            if (UsesBatch)
            {
                _used[c] = NormMath.Moments([.. elements.Select(e => x[e.N, e.C, e.I, e.J])]);

                // the running variance is the unbiased one
                double unbiased = _used[c].Variance * elements.Length / (elements.Length - 1);
                runningMean[c] = (1 - momentum) * runningMean[c] + momentum * _used[c].Mean;
                runningVariance[c] = (1 - momentum) * runningVariance[c] + momentum * unbiased;
            }
            else
            {
                _used[c] = (runningMean[c], runningVariance[c]);
            }

            double scale = Affine ? Parameter("weight")[c] : 1, shift = Affine ? Parameter("bias")[c] : 0;
            foreach ((int n, _, int i, int j) in elements)
            {
                y[n, c, i, j] = Normalized(x[n, c, i, j], c) * scale + shift;
            }
        }

        return y;
    }

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        NaiveTensor dx = x.Like();
        for (int c = 0; c < x.C; c++)
        {
            (int N, int C, int I, int J)[] elements = Elements(x, c);
            double[] xHat = [.. elements.Select(e => Normalized(x[e.N, e.C, e.I, e.J], c))];
            double[] d = [.. elements.Select(e => dy[e.N, e.C, e.I, e.J])];
            if (Affine)
            {
                Gradient("weight")[c] += xHat.Zip(d, static (a, b) => a * b).Sum();
                Gradient("bias")[c] += d.Sum();
            }

            double scale = Affine ? Parameter("weight")[c] : 1, deviation = Math.Sqrt(_used[c].Variance + Eps);
            double[] dXHat = [.. d.Select(value => value * scale)];
            double[] result = UsesBatch ? NormMath.Backward(xHat, dXHat, deviation) : [.. dXHat.Select(value => value / deviation)];
            for (int e = 0; e < elements.Length; e++)
            {
                dx[elements[e].N, c, elements[e].I, elements[e].J] = result[e];
            }
        }

        return dx;
    }

    private double Normalized(double value, int c) => (value - _used[c].Mean) / Math.Sqrt(_used[c].Variance + Eps);

    private static (int N, int C, int I, int J)[] Elements(NaiveTensor x, int c) => [.. x.Indices().Where(e => e.C == c)];
}

/// <summary>Each sample by itself: layer_norm over all of it, group_norm over groups of channels, instance_norm2d over each channel.</summary>
internal sealed class NaiveSampleNorm : NaiveUnaryLayer
{
    private bool Affine => Options.Flag("affine", defaultValue: Options.Kind != "instance_norm2d");

    private double Eps => Options.Number("eps", 1e-5);

    protected override NaiveTensor Forward(NaiveTensor x)
    {
        NaiveTensor y = x.Like();
        foreach ((int N, int C, int I, int J)[] elements in Sets(x))
        {
            double[] xHat = Normalized(x, elements, out _);
            for (int e = 0; e < elements.Length; e++)
            {
                int p = ParameterIndex(x, elements[e]);
                y[elements[e].N, elements[e].C, elements[e].I, elements[e].J] = Affine ? xHat[e] * Parameter("weight")[p] + Parameter("bias")[p] : xHat[e];
            }
        }

        return y;
    }

    protected override NaiveTensor Backward(NaiveTensor x, NaiveTensor y, NaiveTensor dy)
    {
        NaiveTensor dx = x.Like();
        foreach ((int N, int C, int I, int J)[] elements in Sets(x))
        {
            double[] xHat = Normalized(x, elements, out double deviation);
            double[] dXHat = new double[elements.Length];
            for (int e = 0; e < elements.Length; e++)
            {
                int p = ParameterIndex(x, elements[e]);
                double d = dy[elements[e].N, elements[e].C, elements[e].I, elements[e].J];
                dXHat[e] = Affine ? d * Parameter("weight")[p] : d;
                if (Affine)
                {
                    Gradient("weight")[p] += d * xHat[e];
                    Gradient("bias")[p] += d;
                }
            }

            double[] result = NormMath.Backward(xHat, dXHat, deviation);
            for (int e = 0; e < elements.Length; e++)
            {
                dx[elements[e].N, elements[e].C, elements[e].I, elements[e].J] = result[e];
            }
        }

        return dx;
    }

    private double[] Normalized(NaiveTensor x, (int N, int C, int I, int J)[] elements, out double deviation)
    {
        double[] values = [.. elements.Select(e => x[e.N, e.C, e.I, e.J])];
        (double mean, double variance) = NormMath.Moments(values);
        double divisor = deviation = Math.Sqrt(variance + Eps);
        return [.. values.Select(value => (value - mean) / divisor)];
    }

    /// <summary>layer_norm has a scale for each element, the others for each channel.</summary>
    private int ParameterIndex(NaiveTensor x, (int N, int C, int I, int J) e) => Options.Kind == "layer_norm" ? (e.C * x.H + e.I) * x.W + e.J : e.C;

    private IEnumerable<(int N, int C, int I, int J)[]> Sets(NaiveTensor x)
    {
        int groups = Options.Kind switch { "layer_norm" => 1, "instance_norm2d" => x.C, _ => Options.Int("num_groups") };
        return x.Indices().GroupBy(e => (e.N, e.C / (x.C / groups))).Select(static set => set.ToArray());
    }
}
