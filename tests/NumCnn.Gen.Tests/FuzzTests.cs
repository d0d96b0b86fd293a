using NumCnn.Gen.Spec;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>Whatever the text, the result is a network or a located error, and soon.</summary>
public class FuzzTests
{
    private const int Rounds = 3_000;

    private static readonly string[] Scraps =
    [
        ": ", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ",", "#", "&a ", "*a", "!!int ", "|", ">", "'", "\"", "---\n", "...\n", "?", "%YAML 1.2\n", "\t", "\0", "\uFEFF", "\uD800", "\u2028",
        "from: ", "input", "conv2d: ", "add: ", "name: ", "weight: [[1]]", "-1", "0", "99999999999999999999", "1e999", ".nan", "null", "~", "true", "same", "[1, 2, 3, 4]", "{}", "[]", "a.b", "kernel_size: ",
    ];

    [Fact]
    public void Mutations_of_good_files_never_break_the_front_end()
    {
        var random = new Random(20_240_607);
        string[] seeds = [Networks.LeNet5, Networks.Residual, .. Directory.GetFiles(Path.Combine(Repository.Tests, "BadYaml"), "*.yaml").Select(File.ReadAllText)];
        for (var round = 0; round < Rounds; round++)
        {
            var text = seeds[random.Next(seeds.Length)];
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                text = Mutate(text, seeds, random);
            }

            Check(text);
        }
    }

    [Fact]
    public void Networks_without_reason_are_checked_and_generated_or_refused()
    {
        const int Emitted = 40;
        var yaml = new RandomYaml(seed: 5);
        var emitted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var text = yaml.Next();
            var spec = Check(text);
            if (spec.Network is not { } network || emitted == Emitted || Stages.Check(new(spec.File.Path, network)).Checked is not { } good)
            {
                continue;
            }

            emitted++;
            var result = Stages.Emit(spec.File.Path, good);
            Assert.True(result.Problem is null, text + string.Concat(result.Problem?.Args ?? default));
            Assert.NotEmpty(result.Sources);
        }

        Assert.Equal(Emitted, emitted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("\uFEFF")]
    [InlineData("---")]
    [InlineData("...")]
    [InlineData("%")]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("\"")]
    [InlineData("? : ?")]
    [InlineData("layers: [{conv2d: {}}]\ninput: []")]
    [InlineData("input: [1]\nlayers: [relu: {from: relu1}]")]
    [InlineData("input: &a [*a]\nlayers: []")]
    [InlineData("{? [a] : b}")]
    [InlineData("!!binary x")]
    public void Odd_texts_are_errors(string text) => Assert.NotEmpty(Check(text).Problems);

    [Fact]
    public void A_bomb_of_aliases_is_refused_at_the_first()
    {
        var bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n";

        Assert.Equal("NCG0002", Assert.Single(Check(bomb).Problems).Rule.Id);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("{\"")]
    [InlineData("a:\n ")]
    [InlineData("!")]
    [InlineData("&a ")]
    [InlineData("--- ")]
    [InlineData("#\n")]
    [InlineData("\"\\x")]
    public void Long_repetitions_end_soon(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length));
        Assert.NotEmpty(WithinSeconds(20, () => Check(text)).Problems);
    }

    [Fact]
    public void A_file_full_of_errors_ends_soon_and_lists_some()
    {
        var text = "input: [4]\nlayers:\n" + string.Concat(Enumerable.Repeat("  - relu: {frm: a, nme: b}\n", 1_900));
        Assert.Equal(Diagnostics.ProblemList.Limit, WithinSeconds(20, () => Check(text)).Problems.Length);
    }

    [Fact]
    public void Ten_thousand_layers_are_refused()
    {
        var text = "input: [4]\nlayers:\n" + string.Concat(Enumerable.Repeat("  - relu\n", 10_000));
        Assert.Equal("NCG0114", Assert.Single(WithinSeconds(20, () => Check(text)).Problems).Rule.Id);
    }

    [Fact]
    public void Two_thousand_layers_are_read()
    {
        var text = "input: [4]\nlayers:\n" + string.Concat(Enumerable.Repeat("  - relu\n", 2_000));
        Assert.Equal(2_000, WithinSeconds(20, () => Check(text)).Network!.Layers.Length);
    }

    private static SpecResult Check(string text)
    {
        var result = Stages.Read(new("network.yaml", text, "Consumer", "Network"));
        Assert.True(result.Network is not null || result.Problems.Any(problem => problem.IsError), "Neither a network nor an error:\n" + text);
        Assert.DoesNotContain(result.Problems, problem => problem.Rule.Id == "NCG0900");
        if (result.Network is { } network)
        {
            Assert.DoesNotContain(Stages.Check(new(result.File.Path, network)).Problems, problem => problem.Rule.Id == "NCG0900");
        }

        Assert.All(Stages.Locate(result, [], [], default), problem => Assert.NotEmpty(problem.ToDiagnostic().GetMessage(System.Globalization.CultureInfo.InvariantCulture)));
        return result;
    }

    private static string Mutate(string text, string[] seeds, Random random)
    {
        var at = random.Next(text.Length + 1);
        var length = Math.Min(random.Next(1, 12), text.Length - at);
        switch (random.Next(6))
        {
            case 0:
                return text.Remove(at, length);
            case 1:
                return text.Insert(at, Scraps[random.Next(Scraps.Length)]);
            case 2:
                return text.Remove(at, length).Insert(at, Scraps[random.Next(Scraps.Length)]);
            case 3:
                return text.Insert(at, text.Substring(at, length));
            case 4:
                // A line from elsewhere.
                var lines = seeds[random.Next(seeds.Length)].Split('\n');
                return text.Insert(text.LastIndexOf('\n', Math.Max(0, at - 1)) + 1, lines[random.Next(lines.Length)] + "\n");
            default:
                return text[..at];
        }
    }

    private static T WithinSeconds<T>(int seconds, Func<T> work)
    {
        var task = Task.Run(work);
        Assert.True(task.Wait(TimeSpan.FromSeconds(seconds)), $"Still at work after {seconds} s.");
        return task.Result;
    }
}
