using NumCnn;

namespace Samples.Digits.Data;

/// <summary>MNIST's four files in a folder, each plain or with .gz at the end.</summary>
internal static class MnistFiles
{
    /// <summary>The images to train on.</summary>
    public static DigitSet Training(string folder) => Read(folder, "train");

    /// <summary>The images to test with.</summary>
    public static DigitSet Test(string folder) => Read(folder, "t10k");

    private static DigitSet Read(string folder, string prefix)
    {
        string images = Find(folder, $"{prefix}-images-idx3-ubyte"), labels = Find(folder, $"{prefix}-labels-idx1-ubyte");
        return new DigitSet(IdxFile.ReadImages(images), IdxFile.ReadLabels(labels));
    }

    private static string Find(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? path
            : File.Exists(path + ".gz") ? path + ".gz"
            : throw new FileNotFoundException($"{folder} holds neither {name} nor {name}.gz.");
    }
}
