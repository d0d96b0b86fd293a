using System.Text.RegularExpressions;
using NumCnn.Conformance.Naive;
using NumCnn.Gen.Layers;
using NumCnn.Gen.Spec;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>Guards of the repository: what the compiler's catalogue offers is in the corpus and in the naive reference.</summary>
public partial class CoverageTests
{
    /// <summary>The layers of all networks of the corpus, as lines of YAML.</summary>
    private static readonly string[] Lines = [.. CorpusNetwork.All.SelectMany(static network => network.Yaml.Split('\n')).Where(static line => line.StartsWith("  - ", StringComparison.Ordinal))];

    public static TheoryData<string> Kinds => new(Catalogue.All.Select(static layer => layer.Kind));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_layer_has_a_network_in_the_corpus_with_each_of_its_options(string kind)
    {
        string[] lines = [.. Lines.Where(line => Kind(line) == kind)];
        Assert.True(lines.Length > 0, $"No network of the corpus has a {kind}.");
        foreach (Option option in Catalogue.Get(kind).Options)
        {
            bool isPrimary = option == Catalogue.Get(kind).Options[0];
            Assert.True(lines.Any(line => line.Contains($"{option.Name}:", StringComparison.Ordinal) || (isPrimary && !line.Contains('{', StringComparison.Ordinal) && line.Contains(": ", StringComparison.Ordinal))), $"No network of the corpus gives {kind} a {option.Name}.");
            foreach (string word in option.Choices.Skip(1))
            {
                Assert.True(lines.Any(line => line.Contains($"{option.Name}: {word}", StringComparison.Ordinal)), $"No network of the corpus gives {kind} the {option.Name} {word}.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_layer_has_a_naive_reference(string kind)
    {
        CorpusNetwork network = CorpusNetwork.All.First(network => network.Yaml.Split('\n').Any(line => line.StartsWith("  - ", StringComparison.Ordinal) && Kind(line) == kind));
        var naive = new NaiveNetwork(network.Yaml);
        foreach (string parameter in network.ParameterNames)
        {
            naive.Parameters.Add(parameter, network.Golden.Values("param." + parameter));
        }

        NaiveTensor y = naive.Forward(NaiveTensor.Of(network.Samples, naive.InputShape, network.Golden.Values("x")));
        Assert.Equal(network.Golden.Values("eval.y").Length, y.Data.Length);
    }

    [Fact]
    public void Each_loss_and_each_of_its_options_is_in_the_corpus()
    {
        string[] losses = [.. CorpusNetwork.All.Select(static network => network.Yaml.Split('\n').SingleOrDefault(static line => line.StartsWith("loss: ", StringComparison.Ordinal)) ?? "")];
        foreach (OptionTable loss in LossTables.All)
        {
            Assert.Contains(losses, line => Regex.IsMatch(line, $@"^loss: \{{?{loss.Kind}\b", RegexOptions.None, TimeSpan.FromSeconds(1)));
            foreach (Option option in loss.Options)
            {
                Assert.Contains(losses, line => line.Contains(loss.Kind, StringComparison.Ordinal) && line.Contains($"{option.Name}:", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Each_initializer_and_each_of_its_options_is_in_the_corpus()
    {
        foreach (OptionTable init in InitTables.All)
        {
            Assert.Contains(Lines, line => Regex.IsMatch(line, $@"init: \{{?{init.Kind}\b", RegexOptions.None, TimeSpan.FromSeconds(1)) || init.Kind == "kaiming_uniform");
            foreach (Option option in init.Options)
            {
                Assert.Contains(Lines, line => line.Contains($"{option.Name}: ", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Each_reference_file_belongs_to_a_network()
        => Assert.Equal(
            CorpusNetwork.All.Select(static network => network.Name),
            Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Reference"), "*.npz").Select(static path => Path.GetFileNameWithoutExtension(path)).Where(static name => !name.StartsWith("numpy_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    private static string Kind(string line) => KindPattern().Match(line).Groups["kind"].Value;

    [GeneratedRegex("^  - (?<kind>[a-z0-9_]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KindPattern();
}
