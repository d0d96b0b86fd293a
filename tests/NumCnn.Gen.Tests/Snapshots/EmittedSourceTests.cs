using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests.Snapshots;

/// <summary>What holds for all emitted source, tried on the networks of the snapshots.</summary>
public class EmittedSourceTests
{
    private const string UncheckedKernels = "#nullable disable warnings";

    public static TheoryData<string> Networks => [.. SnapshotNetworks.Names];

    [Theory]
    [MemberData(nameof(Networks))]
    public void It_compiles_without_a_warning_and_every_public_member_is_documented(string name)
    {
        // kernels spare the compiler the search for what may be null; here it looks into them, too
        string[] sources = [.. SnapshotNetworks.Emit(name).Select(static source => source.Text)];
        Assert.All(sources, static source => Assert.Contains(UncheckedKernels, source, StringComparison.Ordinal));
        Assert.Equal([], EmittedSource.Compile(sources.Select(static source => source.Replace(UncheckedKernels, string.Empty, StringComparison.Ordinal))));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void It_compiles_in_the_global_namespace(string name)
    {
        var options = new NetworkOptions();
        options.Global.Clear();
        var yaml = string.Join('\n', SnapshotNetworks.Yaml(name).Split('\n').Where(line => !line.StartsWith("namespace:", StringComparison.Ordinal)));
        var sources = new GeneratorHost(options, (SnapshotNetworks.FileName(name), yaml)).Run().GeneratedSources;

        Assert.DoesNotContain(sources, source => source.SourceText.ToString().Contains("namespace ", StringComparison.Ordinal));
        Assert.Equal([], EmittedSource.Compile(sources.Select(source => source.SourceText.ToString())));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Many_kernels_of_Predict_are_named_in_their_order_and_few_are_not(string name)
    {
        var methods = CSharpSyntaxTree.ParseText(SnapshotNetworks.Emit(name)[0].Text)
            .GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().ToList();
        var kernels = methods.Where(static method => method.Identifier.Text is "PredictPrepare" or "PredictChunk")
            .SelectMany(static method => method.DescendantNodes().OfType<InvocationExpressionSyntax>())
            .Select(static call => call.Expression).OfType<IdentifierNameSyntax>().Select(static kernel => kernel.Identifier.Text).Distinct().ToList();
        var choice = methods.SingleOrDefault(static method => method.Identifier.Text == "PredictKernels")?.ExpressionBody!.Expression as ConditionalExpressionSyntax;

        Assert.Equal(kernels.Count >= 12, choice is not null);
        if (choice is not null)
        {
            Assert.Equal(kernels, Named(choice.WhenFalse));
            Assert.Equal(kernels.Select(kernel => methods.Exists(method => method.Identifier.Text == kernel && method.ToString().Contains(kernel + "512(", StringComparison.Ordinal)) ? kernel + "512" : kernel), Named(choice.WhenTrue));
        }

        static IEnumerable<string> Named(ExpressionSyntax list) => ((CollectionExpressionSyntax)list).Elements.Select(static element => element.ToString());
    }

    [Fact]
    public void The_compilation_reports_undocumented_members_and_nullable_mistakes()
        => Assert.Equal(
            ["CS1591", "CS8625"],
            EmittedSource.Compile(["namespace Some; public class Class { internal static string Text = null; }"]).Select(line => line.Split(' ')[2].TrimEnd(':')).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Networks))]
    public void It_does_not_depend_on_culture_folder_or_line_ends(string name)
    {
        var expected = SnapshotNetworks.Emit(name);
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "~";
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            Assert.Equal("~1,5", (-1.5).ToString(culture));
            var yaml = SnapshotNetworks.Yaml(name).ReplaceLineEndings("\r\n");
            var result = new GeneratorHost(("another/" + SnapshotNetworks.FileName(name), yaml)).Run();

            Assert.Equal(expected, result.GeneratedSources.Select(source => (source.HintName, source.SourceText.ToString())));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Its_lines_end_with_a_line_feed_and_no_space(string name)
    {
        foreach (var (_, text) in SnapshotNetworks.Emit(name))
        {
            Assert.DoesNotContain('\r', text);
            Assert.DoesNotContain('\t', text);
            Assert.DoesNotContain(" \n", text, StringComparison.Ordinal);
            Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void No_kernel_uses_what_lies_before_its_parameters(string name)
    {
        var offsets = Kernels(name).SelectMany(static kernel => kernel.DescendantNodes().OfType<InvocationExpressionSyntax>())
            .Where(static call => call.Expression.ToString().EndsWith(".Add", StringComparison.Ordinal) || call.Expression.ToString().EndsWith("Unsafe", StringComparison.Ordinal))
            .Select(static call => call.ArgumentList.Arguments[^1].Expression).ToList();

        Assert.NotEmpty(offsets);
        Assert.All(offsets, static offset => Assert.False(offset is PrefixUnaryExpressionSyntax, offset.ToString()));
    }

    [Fact]
    public void Other_networks_of_the_project_change_nothing()
    {
        var all = new GeneratorHost([.. SnapshotNetworks.Names.Select(name => (SnapshotNetworks.FileName(name), SnapshotNetworks.Yaml(name)))]).Run();

        Assert.Equal(
            SnapshotNetworks.Names.SelectMany(SnapshotNetworks.Emit).OrderBy(source => source.HintName, StringComparer.Ordinal),
            all.GeneratedSources.Select(source => (source.HintName, source.SourceText.ToString())).OrderBy(source => source.HintName, StringComparer.Ordinal));
    }

    [Fact]
    public void The_tiny_network_has_no_loop_in_any_kernel()
    {
        var kernels = Kernels("tiny");

        Assert.Equal(
            ["Conv1Forward", "Conv1InputGradient", "Conv1WeightGradient", "Linear1Forward", "Linear1InputGradient", "Linear1WeightGradient"],
            kernels.Select(kernel => kernel.Identifier.Text).Where(kernel => kernel.StartsWith("Conv", StringComparison.Ordinal) || kernel.StartsWith("Linear", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(kernels, kernel => Assert.Empty(Loops(kernel)));
    }

    [Fact]
    public void Loops_are_seen_where_there_are_some() => Assert.NotEmpty(Kernels("lenet5").SelectMany(Loops));

    [Fact]
    public void All_bounds_of_loops_in_kernels_are_literals_or_within_literals_or_counts_of_samples_and_shares()
    {
        string[] counts = ["samples", "shards", "end", "to"];
        foreach (var loop in SnapshotNetworks.Names.SelectMany(Kernels).SelectMany(Loops).Cast<ForStatementSyntax>())
        {
            var bound = ((BinaryExpressionSyntax)loop.Condition!).Right;
            Assert.True(bound is LiteralExpressionSyntax || IsWithin(bound, "Math.Min") || counts.Contains(bound.ToString(), StringComparer.Ordinal), loop.Condition!.ToString());
            var variables = loop.Declaration?.Variables.ToList() ?? [];
            var start = variables.Count > 0 ? variables[0].Initializer!.Value : null;
            Assert.True(start is null or LiteralExpressionSyntax or IdentifierNameSyntax || IsWithin(start, "Math.Max"), loop.Declaration?.ToString());

            // A loop over samples counts their elements, too.
            Assert.All(variables.Skip(1), own => Assert.True(
                IsOffset(own.Initializer!.Value.ToString(), start!.ToString()) && loop.Incrementors[^1].ToString() == own.Identifier.Text + " += pitch" && loop.Incrementors[0].ToString() == variables[0].Identifier.Text + "++",
                loop.Declaration!.ToString()));
        }

        static bool IsOffset(string value, string samples) => samples == "0" ? value == "0" : value == samples + " * pitch";

        static bool IsWithin(ExpressionSyntax bound, string function)
            => bound is InvocationExpressionSyntax call && call.Expression.ToString() == function && call.ArgumentList.Arguments[0].Expression is LiteralExpressionSyntax;
    }

    [Theory]
    [InlineData("conv2d: {out_channels: 64, kernel_size: 3, padding: 1}\n  - batch_norm2d\n  - conv2d: {out_channels: 64, kernel_size: 3}", "never", "Conv2Forward", "Conv2Predict")] // Forward's asks for the next sample
    [InlineData("conv2d: {out_channels: 128, kernel_size: 3, padding: 1}", "auto", "Conv1ForwardProducts", "Conv1ForwardRestProducts")] // seven rows of tiles in groups of three
    public void Kernels_that_differ_a_little_have_names_that_say_so(string layers, string winograd, string one, string other)
    {
        string text = EmitStage.Generate(Support.Networks.Resolve($"name: A\ninput: [128, 28, 28]\nlayers:\n  - {layers}\nloss: mse\ncodegen: {{winograd: {winograd}}}\n"))[0].Text;

        Assert.Contains($" void {one}(", text, StringComparison.Ordinal);
        Assert.Contains($" void {other}(", text, StringComparison.Ordinal);
        Assert.DoesNotContain("_(", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_backward_pass_nothing_of_one_is_emitted()
    {
        var text = string.Concat(SnapshotNetworks.Emit("predictor").Select(source => source.Text));

        Assert.DoesNotContain("Gradient", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Backward", text, StringComparison.Ordinal);
    }

    private static MethodDeclarationSyntax[] Kernels(string name)
        => [.. SnapshotNetworks.Emit(name)
            .SelectMany(source => CSharpSyntaxTree.ParseText(source.Text, EmittedSource.ParseOptions).GetRoot().DescendantNodes())
            .OfType<MethodDeclarationSyntax>()
            .Where(method => method.AttributeLists.ToString().Contains("AggressiveOptimization", StringComparison.Ordinal))];

    private static IEnumerable<SyntaxNode> Loops(MethodDeclarationSyntax kernel)
        => kernel.DescendantNodes().Where(node => node is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax or CommonForEachStatementSyntax or GotoStatementSyntax);
}
