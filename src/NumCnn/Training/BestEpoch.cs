using System.Numerics;

namespace NumCnn;

/// <summary>Knows the best epoch so far and keeps its weights.</summary>
internal sealed class BestEpoch<T>(ParameterSet<T> parameters, TrainingOptions options, bool higherIsBetter)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly WeightSnapshot<T> _weights = new(parameters);
    private double _value = double.NaN;

    /// <summary>Its number, from 1; 0 before the first epoch.</summary>
    public int Epoch { get; private set; }

    /// <summary>Keeps the weights if the epoch is better than the best so far.</summary>
    public bool Offer(int epoch, double value)
    {
        double gain = higherIsBetter ? value - _value : _value - value;
        bool isFirst = double.IsNaN(_value) && (Epoch == 0 || !double.IsNaN(value));
        if (!isFirst && !(gain > options.MinDelta))
        {
            return false;
        }

        Epoch = epoch;
        _value = value;
        _weights.Take();
        return true;
    }

    public bool IsPatienceOver(int epoch) => options.Patience is { } patience && epoch - Epoch >= patience;

    /// <summary>Gives the network the best epoch's weights, or those from before the first epoch.</summary>
    public void Restore() => _weights.Restore();
}
