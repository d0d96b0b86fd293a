using System.Numerics;
using System.Runtime.InteropServices;

namespace NumCnn;

/// <summary>
/// Remembers which parameters something was made from, so that it can be kept as long as they stay. While only this library
/// has written the parameters, their version tells. Once somebody else holds their memory, who may write without saying so,
/// they are compared with a copy, too, bit for bit.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class Preparation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _copy = [];
    private int _version = -1; // no parameters at rest have an odd one
    private bool _hasCopy;

    /// <summary>Whether the parameters are those of the last call. If not, the caller makes its thing anew: they are remembered already.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <returns>True if nothing has changed.</returns>
    public bool IsCurrent(ParameterSet<T> parameters)
    {
        int version = parameters.Version;
        bool exposed = parameters.IsExposed;
        if (_version == version && (!exposed || (_hasCopy && Bytes(_copy).SequenceEqual(Bytes(parameters.OwnStorage.Span)))))
        {
            return true;
        }

        // The copy comes first: a write that follows makes it differ, whether or not the preparation has seen it.
        _hasCopy = exposed;
        _version = version;
        if (exposed)
        {
            if (_copy.Length == 0)
            {
                _copy = new T[parameters.OwnStorage.Length];
            }

            parameters.OwnStorage.Span.CopyTo(_copy);
        }

        return false;
    }

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<T> values) => MemoryMarshal.AsBytes(values);
}
