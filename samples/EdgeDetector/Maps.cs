using NumCnn;

namespace Samples.EdgeDetector;

/// <summary>Feature maps that the network kept.</summary>
internal static class Maps
{
    /// <summary>The first sample's maps, [channels, rows, columns].</summary>
    public static float[] Of(KeptValue<float> kept)
    {
        float[] values = new float[kept.Length];
        kept.CopyTo(sample: 0, values);
        return values;
    }
}
