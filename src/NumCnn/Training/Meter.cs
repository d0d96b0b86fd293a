using System.Numerics;

namespace NumCnn;

/// <summary>Gathers the mean loss and the metrics of many batches.</summary>
internal sealed class Meter<T, TTarget>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTarget : unmanaged
{
    private readonly Metric<T, TTarget>[] _metrics;
    private double _lossSum;
    private int _samples;

    public Meter(Metric<T, TTarget>[] metrics)
    {
        _metrics = metrics;
        foreach (Metric<T, TTarget> metric in metrics)
        {
            metric.Reset();
        }
    }

    public double Loss => _lossSum / _samples;

    public void Add(double loss, ReadOnlySpan<T> outputs, ReadOnlySpan<TTarget> targets, int samples)
    {
        _lossSum += loss * samples;
        _samples += samples;
        foreach (Metric<T, TTarget> metric in _metrics)
        {
            metric.Add(outputs, targets, samples);
        }
    }

    public Evaluation Result()
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (Metric<T, TTarget> metric in _metrics)
        {
            values[metric.Name] = metric.Value;
        }

        return new Evaluation(Loss, values, _samples);
    }
}
