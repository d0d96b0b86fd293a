using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NumCnn.Conformance.Disassembly;

/// <summary>The loops of the emitted C# that hold no other loop, for comparison with those of the machine code.</summary>
internal static class EmittedLoops
{
    /// <summary>Multiply-adds of a turn of each such loop, by class and method.</summary>
    public static IReadOnlyDictionary<string, int[]> MultiplyAdds(IEnumerable<string> sources)
        => sources.SelectMany(static source => CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>())
            .GroupBy(static method => $"{((TypeDeclarationSyntax)method.Parent!).Identifier.Text}.{method.Identifier.Text}", StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.SelectMany(InnerLoops).ToArray(), StringComparer.Ordinal);

    private static IEnumerable<int> InnerLoops(MethodDeclarationSyntax method)
        => method.DescendantNodes().OfType<ForStatementSyntax>()
            .Where(static loop => !loop.Statement.DescendantNodes().OfType<ForStatementSyntax>().Any())
            .Select(static loop => loop.Statement.DescendantNodes().OfType<InvocationExpressionSyntax>().Count(static call => call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "MultiplyAddEstimate" }))
            .Where(static count => count > 0);
}
