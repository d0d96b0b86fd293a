namespace Samples.Digits.Data;

/// <summary>Images of 28 × 28 bytes (0 is paper, 255 is ink), one after the other, and the digit that each shows.</summary>
internal sealed class DigitSet
{
    public const int Side = 28, Pixels = Side * Side, Classes = 10;

    /// <exception cref="InvalidDataException">The numbers of images and labels differ, there are none, or a label is no digit.</exception>
    public DigitSet(byte[] images, int[] labels)
    {
        if (labels.Length == 0 || images.Length != labels.Length * Pixels)
        {
            throw new InvalidDataException($"{images.Length} bytes of images do not fit {labels.Length} labels: {Pixels} bytes each, and at least one.");
        }

        int bad = Array.FindIndex(labels, label => label is < 0 or >= Classes);
        if (bad >= 0)
        {
            throw new InvalidDataException($"Label {bad} is {labels[bad]}; digits run from 0 to 9.");
        }

        Images = images;
        Labels = labels;
    }

    public byte[] Images { get; }

    public int[] Labels { get; }

    public int Count => Labels.Length;

    /// <summary>The bytes of one image.</summary>
    public ReadOnlySpan<byte> Image(int index) => Images.AsSpan(index * Pixels, Pixels);

    /// <summary>All images as the network reads them: [Count, 1, 28, 28], each pixel from 0 to 1.</summary>
    public float[] ToInputs()
    {
        float[] inputs = new float[Images.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Images[i] * (1f / 255f);
        }

        return inputs;
    }
}
