namespace NumCnn.Tests;

/// <summary>Arrays that the scripts in Reference/ made with NumPy and PyTorch.</summary>
internal sealed class ReferenceData(string file)
{
    private readonly Dictionary<string, StoredTensor> _tensors = NpzFile.Read(PathOf(file)).ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);

    public IEnumerable<string> Names => _tensors.Keys;

    public StoredTensor this[string name] => _tensors[name];

    public double[] Doubles(string name) => _tensors[name].ToArray<double>();

    public long[] Integers(string name) => _tensors[name].ToInt64Array();

    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Reference", file);
}
