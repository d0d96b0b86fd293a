using NumCnn;
using Samples.Digits.Data;
using Samples.Digits.Drawing;

namespace Samples.Digits.Training;

/// <summary>
/// Data augmentation: every epoch sees each training image slightly turned, scaled, slanted and moved. Small training sets
/// gain from it: the network cannot learn the few images by heart.
/// </summary>
internal sealed class Distortion
{
    private const double Angle = 10 * Math.PI / 180, Stretch = 0.1, Slant = 0.1, Shift = 1.5;
    private const double Middle = (DigitSet.Side - 1) / 2.0;
    private readonly DigitSet _set;
    private readonly ulong _seed;
    private readonly float[] _inputs;

    public Distortion(DigitSet set, ulong seed)
    {
        _set = set;
        _seed = seed;
        _inputs = new float[set.Images.Length];
        Data = new Dataset<float, int>(_inputs, set.Labels, set.Count);
        Redraw(epoch: 1);
    }

    /// <summary>The distorted images, as the network reads them. A view: <see cref="Redraw"/> replaces what it shows.</summary>
    public Dataset<float, int> Data { get; }

    /// <summary>Distorts all images anew; the same way for the same seed and epoch.</summary>
    public void Redraw(int epoch) => Parallel.For(0, _set.Count, i =>
        Distort(_set.Image(i), _inputs.AsSpan(i * DigitSet.Pixels, DigitSet.Pixels), Dice.ForItem(_seed + (ulong)epoch, i)));

    // Each pixel of the result looks up where it comes from (an affine map about the middle) and blends four neighbours.
    private static void Distort(ReadOnlySpan<byte> from, Span<float> to, Dice dice)
    {
        (double sin, double cos) = Math.SinCos(dice.Uniform(-Angle, Angle));
        double scale = 1 + dice.Uniform(-Stretch, Stretch), slant = dice.Uniform(-Slant, Slant);
        double left = Middle + dice.Uniform(-Shift, Shift), top = Middle + dice.Uniform(-Shift, Shift);
        for (int row = 0; row < DigitSet.Side; row++)
        {
            for (int column = 0; column < DigitSet.Side; column++)
            {
                double x = column - Middle, y = row - Middle;
                double pixel = Sample(from, left + scale * (cos * x - sin * y) + slant * y, top + scale * (sin * x + cos * y));
                to[row * DigitSet.Side + column] = DigitSet.Scale((float)pixel);
            }
        }
    }

    private static double Sample(ReadOnlySpan<byte> image, double x, double y)
    {
        int column = (int)Math.Floor(x), row = (int)Math.Floor(y);
        double u = x - column, v = y - row;
        double above = Pixel(image, row, column) * (1 - u) + Pixel(image, row, column + 1) * u;
        double below = Pixel(image, row + 1, column) * (1 - u) + Pixel(image, row + 1, column + 1) * u;
        return (above * (1 - v) + below * v) / 255;
    }

    private static double Pixel(ReadOnlySpan<byte> image, int row, int column)
        => (uint)row < DigitSet.Side && (uint)column < DigitSet.Side ? image[row * DigitSet.Side + column] : 0;
}
