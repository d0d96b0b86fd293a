using NumCnn;

namespace Samples.Digits.Data;

/// <summary>Images of 28 × 28 bytes (0 is paper, 255 is ink), one after the other, and the digit that each shows.</summary>
internal sealed class DigitSet
{
    public const int Side = 28, Pixels = Side * Side, Classes = 10;

    // Mean and standard deviation of MNIST's pixels: what everyone scales MNIST by. The drawn digits are close enough.
    private const float Mean = 0.1307f, Deviation = 0.3081f;

    /// <param name="images">The images' bytes, row by row.</param>
    /// <param name="labels">A digit from 0 to 9 for each.</param>
    /// <exception cref="ArgumentException">The lengths do not belong together, or there are no images.</exception>
    public DigitSet(byte[] images, int[] labels)
    {
        if (labels.Length == 0 || images.Length != (long)labels.Length * Pixels)
        {
            throw new ArgumentException($"{images.Length} bytes of images do not fit {labels.Length} labels: {Pixels} bytes each, and at least one.", nameof(images));
        }

        Images = images;
        Labels = labels;
    }

    public byte[] Images { get; }

    public int[] Labels { get; }

    public int Count => Labels.Length;

    /// <summary>The bytes of one image.</summary>
    public ReadOnlySpan<byte> Image(int index) => Images.AsSpan(index * Pixels, Pixels);

    /// <summary>All images as the network reads them, [Count, 1, 28, 28].</summary>
    public float[] ToInputs() => Array.ConvertAll(Images, pixel => Scale(pixel / 255f));

    /// <summary>A pixel from 0 to 1 as the network reads it: of mean 0 and deviation 1 over MNIST.</summary>
    public static float Scale(float pixel) => (pixel - Mean) / Deviation;

    /// <summary>Splits the images at random: into those to learn from and one in ten to judge the epochs by.</summary>
    /// <exception cref="InvalidDataException">There are fewer than ten images.</exception>
    public (DigitSet Training, DigitSet Validation) HoldOut(ulong seed)
    {
        if (Count < 10)
        {
            throw new InvalidDataException($"{Count} training images are too few: one in ten is held out for validation.");
        }

        var (first, second) = new Dataset<byte, int>(Images, Labels, Count).Split(Count - Count / 10, seed);
        return (Of(first), Of(second));
    }

    private static DigitSet Of(Dataset<byte, int> data) => new(data.Inputs.ToArray(), data.Targets.ToArray());
}
