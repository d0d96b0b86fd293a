using System.Numerics;

namespace NumCnn;

/// <summary>A copy of everything that a network learns: parameters, running statistics and their counters.</summary>
internal sealed class WeightSnapshot<T>(ParameterSet<T> parameters)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _storage = parameters.OwnStorage.Span.ToArray();
    private readonly long[] _counters = parameters.BatchCounters.Values.ToArray();

    public void Take()
    {
        parameters.OwnStorage.Span.CopyTo(_storage);
        parameters.BatchCounters.Values.CopyTo(_counters);
    }

    public void Restore()
    {
        parameters.BeginWrite();
        try
        {
            _storage.CopyTo(parameters.OwnStorage.Span);
            _counters.CopyTo(parameters.BatchCounters.Values);
        }
        finally
        {
            parameters.EndWrite();
        }
    }
}
