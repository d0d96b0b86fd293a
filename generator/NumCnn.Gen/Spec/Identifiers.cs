using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace NumCnn.Gen.Spec;

/// <summary>Names that become C# identifiers.</summary>
internal static class Identifiers
{
    public const int LengthLimit = 128;

    /// <summary>Why a text cannot be a class's name, or null if it can.</summary>
    public static string? ClassNameFault(string text)
    {
        if (PartFault(text) is { } fault)
        {
            return fault;
        }

        // The compiler warns of these (CS8981), and a warning may be an error where the class is compiled.
        return text.All(c => c is >= 'a' and <= 'z') ? "C# reserves names of lower-case letters only for its own types" : null;
    }

    /// <summary>Why a text cannot be a namespace, or null if it can.</summary>
    public static string? NamespaceFault(string text)
        => text.Length > LengthLimit ? "it is too long" : text.Split('.').Select(PartFault).FirstOrDefault(fault => fault is not null);

    private static string? PartFault(string text)
    {
        if (text.Length == 0)
        {
            return "a name is empty";
        }

        if (text.Length > LengthLimit)
        {
            return "it is too long";
        }

        if (!SyntaxFacts.IsValidIdentifier(text))
        {
            return "a name takes letters, digits and underscores, and does not begin with a digit";
        }

        // Formatting characters are valid but not part of the identifier, so two texts would be one name.
        if (text.Any(c => char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format))
        {
            return "it contains an invisible character";
        }

        return IsKeyword(text) ? $"'{text}' is a keyword of C#" : null;
    }

    /// <summary>A file's name as a class name: <c>le-net5.network.yaml</c> becomes <c>LeNet5</c>.</summary>
    public static string FromFileName(string fileName)
    {
        var stem = fileName;
        foreach (var ending in new[] { ".yaml", ".yml", ".network" })
        {
            if (stem.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                stem = stem.Substring(0, stem.Length - ending.Length);
            }
        }

        var text = new StringBuilder();
        var upper = true;
        foreach (var c in stem)
        {
            if (char.IsLetterOrDigit(c))
            {
                text.Append(upper ? char.ToUpperInvariant(c) : c);
                upper = false;
            }
            else
            {
                upper = true;
            }
        }

        var name = text.Length > LengthLimit - 8 ? text.ToString(0, LengthLimit - 8) : text.ToString();
        return ClassNameFault(name) is null ? name : "Network" + name;
    }

    /// <summary>A project's root namespace with what C# does not allow replaced by underscores.</summary>
    public static string ToNamespace(string text)
    {
        var parts = text.Split(['.'], StringSplitOptions.RemoveEmptyEntries).Select(ToIdentifier);
        return string.Join(".", parts);
    }

    private static string ToIdentifier(string part)
    {
        var characters = part.Select(c => char.IsLetterOrDigit(c) ? c : '_').ToArray();
        var name = new string(characters);
        return char.IsDigit(name[0]) || IsKeyword(name) ? "_" + name : name;
    }

    private static bool IsKeyword(string text)
        => SyntaxFacts.GetKeywordKind(text) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(text) != SyntaxKind.None;
}
