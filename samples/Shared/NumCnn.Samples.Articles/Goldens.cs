namespace NumCnn.Samples.Articles;

/// <summary>A sample's reference results, computed once by NumPy and kept beside the program.</summary>
public sealed class Goldens
{
    private readonly Dictionary<string, StoredTensor> _tensors;

    private Goldens(string path) => _tensors = NpzFile.Read(path).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

    /// <summary>The references of a sample, by its folder's name.</summary>
    public static Goldens Of(string sample) => new(SampleFile.Path(sample, "goldens.npz"));

    /// <summary>References in a file.</summary>
    public static Goldens Read(string path) => new(path);

    /// <summary>An array's elements in C order.</summary>
    /// <exception cref="KeyNotFoundException">There is no such array.</exception>
    public double[] this[string name] => Find(name).ToArray<double>();

    /// <summary>An array's sizes.</summary>
    public int[] Shape(string name) => Find(name).Shape.ToArray();

    private StoredTensor Find(string name) => _tensors.TryGetValue(name, out StoredTensor? tensor)
        ? tensor
        : throw new KeyNotFoundException($"The references have no array '{name}', only {string.Join(", ", _tensors.Keys)}.");
}

/// <summary>The files that a sample brings with it.</summary>
public static class SampleFile
{
    /// <summary>Where a file lies: beside the program, under reference/, in a folder named for the sample.</summary>
    public static string Path(string sample, string file) => System.IO.Path.Combine(AppContext.BaseDirectory, "reference", sample, file);
}
