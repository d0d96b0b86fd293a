using NumCnn.Conformance.Npz;

namespace NumCnn.Conformance;

/// <summary>A network of the corpus: its YAML and what PyTorch computes for it (Reference/make_goldens.py).</summary>
internal sealed class CorpusNetwork
{
    private const string Suffix = ".network.yaml";

    private CorpusNetwork(string path)
    {
        Name = Path.GetFileName(path)[..^Suffix.Length];
        Yaml = File.ReadAllText(path);
        Golden = NumpyArchive.Read(Path.Combine(AppContext.BaseDirectory, "Reference", Name + ".npz"));
    }

    public static IReadOnlyList<CorpusNetwork> All { get; } =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Corpus"), "*" + Suffix).Order(StringComparer.Ordinal).Select(static path => new CorpusNetwork(path))];

    public string Name { get; }

    public string Yaml { get; }

    public NumpyArchive Golden { get; }

    /// <summary>Samples in the reference batch.</summary>
    public int Samples => Golden.Shape("x")[0];

    /// <summary>Evaluation, and training where it differs.</summary>
    public IEnumerable<string> Modes => new[] { "eval", "train" }.Where(mode => Golden.Has(mode + ".y"));

    /// <summary>Names of parameters and running statistics.</summary>
    public IEnumerable<string> ParameterNames => After("param.");

    public static CorpusNetwork Get(string name) => All.Single(network => network.Name == name);

    /// <summary>A hundredth of the largest gradient: the scale of those whose terms cancel (see <see cref="Compare.Close"/>).</summary>
    public double GradientScale(string mode) => 0.01 * After(mode + ".grad.").Select(name => $"{mode}.grad.{name}").Append(mode + ".dx").Max(name => Compare.Magnitude(Golden.Values(name)));

    /// <summary>What follows a prefix, for each array that has it.</summary>
    public IEnumerable<string> After(string prefix) => Golden.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);
}
