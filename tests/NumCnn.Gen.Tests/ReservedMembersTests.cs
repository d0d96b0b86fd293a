extern alias runtime;

using System.Reflection;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NumCnn.Gen.Spec;
using NumCnn.Gen.Tests.Snapshots;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

/// <summary>No layer's member hides one that the generated class needs.</summary>
public class ReservedMembersTests
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy;

    [Theory]
    [InlineData(typeof(runtime::NumCnn.CompiledNetwork<float, int>), true)]
    [InlineData(typeof(runtime::NumCnn.CompiledInference<float>), false)]
    public void Inherited_members_are_reserved_but_methods_that_may_be_hidden(Type type, bool isTrained)
    {
        var seen = type.GetMembers(All).Where(static member => member switch
        {
            MethodBase method => !method.IsSpecialName && IsSeen(method),
            PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsSeen),
            FieldInfo field => field.IsPublic || field.IsFamily,
            _ => false,
        });

        Assert.Equal([], seen.Select(static member => member.Name).Where(static name => !name.Contains('.')).Distinct().Where(name => !ReservedMembers.Contains(name) && !ReservedMembers.IsHidden(name, isTrained)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Emitted_members_that_stand_for_no_layer_are_reserved()
    {
        var free = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string name in SnapshotNetworks.Names)
        {
            var type = CSharpSyntaxTree.ParseText(SnapshotNetworks.Emit(name)[0].Text).GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>().First();

            // Kernels keep out of the way of layers, and a layer's own property is what the rule is about.
            var methods = type.Members.OfType<MethodDeclarationSyntax>().Where(static method => !method.AttributeLists.Any()).Select(static method => method.Identifier.Text);
            var properties = type.Members.OfType<PropertyDeclarationSyntax>().Where(static property => !property.Type.ToString().Contains("Layer", StringComparison.Ordinal)).Select(static property => property.Identifier.Text);
            var constants = type.Members.OfType<FieldDeclarationSyntax>().SelectMany(static field => field.Declaration.Variables).Select(static field => field.Identifier.Text).Where(static field => char.IsUpper(field[0]));
            free.UnionWith(methods.Concat(properties).Concat(constants).Where(static member => !ReservedMembers.Contains(member)));
        }

        Assert.Equal([], free);
    }

    [Theory]
    [InlineData("values", "Values")]
    [InlineData("predict_kernels", "PredictKernels")]
    [InlineData("forward0", "Forward0")]
    [InlineData("backward12", "Backward12")]
    public void A_layer_cannot_have_such_a_name(string layer, string member)
        => Assert.Equal(
            [$"(3,37): error NCG0108: Layer '{layer}' would become the member {member}, which every network has already"],
            GeneratorHost.Diagnose($"input: [8]\nlayers:\n  - linear: {{out_features: 3, name: {layer}}}\n"));

    [Theory]
    [InlineData("forward_features")]
    [InlineData("output1")]
    [InlineData("features.0")]
    public void Names_beside_them_are_free(string layer)
        => Assert.False(ReservedMembers.Contains(MemberNames.Of(layer)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Layers_may_hide_inherited_methods(bool backward)
    {
        string yaml = $$"""
            input: [1, 8, 8]
            layers:
              - conv2d: {name: input_gradient, out_channels: 4, kernel_size: 3}
              - batch_norm2d: {name: sample}
              - conv2d: {name: shard, out_channels: 4, kernel_size: 3}
              - batch_norm2d: {name: count_batch}
              - dropout: {name: dropout_factors}
              - flatten
              - linear: {name: share, out_features: 4}
              - linear: {name: output_gradient, out_features: 4}
              - linear: {name: output, out_features: 3}
            loss: cross_entropy
            codegen: {backward: {{(backward ? "true" : "false")}}}
            """;
        var result = new GeneratorHost(("network.yaml", yaml)).Run();
        Assert.Equal([], result.Diagnostics.Select(GeneratorHost.Show));
        Assert.Equal([], EmittedSource.Compile(result.GeneratedSources.Select(source => source.SourceText.ToString())));
    }

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;
}
