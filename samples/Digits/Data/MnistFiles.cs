using NumCnn;

namespace Samples.Digits.Data;

/// <summary>MNIST's four files in a folder, each plain or with .gz at the end.</summary>
internal static class MnistFiles
{
    /// <summary>The images to train on.</summary>
    /// <exception cref="FileNotFoundException">The folder holds neither the plain nor the compressed file.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not belong together.</exception>
    public static DigitSet Training(string folder) => Read(folder, "train");

    /// <summary>The images to test with; throws as <see cref="Training"/> does.</summary>
    public static DigitSet Test(string folder) => Read(folder, "t10k");

    private static DigitSet Read(string folder, string prefix)
    {
        string imagesPath = Find(folder, $"{prefix}-images-idx3-ubyte"), labelsPath = Find(folder, $"{prefix}-labels-idx1-ubyte");
        IdxImages images = IdxFile.ReadImages(imagesPath);
        if (images.Rows != DigitSet.Side || images.Columns != DigitSet.Side)
        {
            throw new InvalidDataException($"{imagesPath}: its images are {images.Rows} × {images.Columns}, not {DigitSet.Side} × {DigitSet.Side}.");
        }

        byte[] labels = IdxFile.ReadLabels(labelsPath);
        if (images.Count != labels.Length || labels.Length == 0)
        {
            throw new InvalidDataException($"{imagesPath} holds {images.Count} images, {labelsPath} {labels.Length} labels.");
        }

        int bad = Array.FindIndex(labels, label => label >= DigitSet.Classes);
        return bad < 0
            ? new DigitSet(images.Pixels, Array.ConvertAll(labels, label => (int)label))
            : throw new InvalidDataException($"{labelsPath}: label {bad} is {labels[bad]}; digits run from 0 to 9.");
    }

    private static string Find(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? path
            : File.Exists(path + ".gz") ? path + ".gz"
            : throw new FileNotFoundException($"{folder} holds neither {name} nor {name}.gz.");
    }
}
