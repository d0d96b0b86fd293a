using Samples.Digits.Drawing;

namespace Samples.Digits.Data;

/// <summary>Digits that the sample writes itself: the same ones for the same seed, on every machine.</summary>
internal static class DrawnDigits
{
    /// <summary>Draws <paramref name="count"/> images, the ten digits in turn.</summary>
    public static DigitSet Draw(int count, ulong seed)
    {
        byte[] images = new byte[count * DigitSet.Pixels];
        int[] labels = new int[count];
        Parallel.For(0, count, i =>
        {
            labels[i] = i % DigitSet.Classes;
            Handwriting.Write(labels[i], Dice.ForItem(seed, i), images.AsMemory(i * DigitSet.Pixels, DigitSet.Pixels));
        });
        return new DigitSet(images, labels);
    }
}
