using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace NumCnn;

/// <summary>Places in memory that generated code has stored as numbers.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Indices
{
    /// <summary>A stored place, kept within its bounds whatever the number is, so that no access lies outside.</summary>
    /// <param name="place">The number, a whole one.</param>
    /// <param name="last">The largest place, at least 0.</param>
    /// <returns>The place, from 0 to <paramref name="last"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Bounded(float place, int last) => (nint)Math.Min((uint)float.ConvertToIntegerNative<int>(place), (uint)last);

    /// <inheritdoc cref="Bounded(float, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Bounded(double place, int last) => (nint)Math.Min((uint)double.ConvertToIntegerNative<int>(place), (uint)last);
}
