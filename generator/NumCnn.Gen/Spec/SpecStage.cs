using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Yaml;

namespace NumCnn.Gen.Spec;

/// <summary>A file that describes a network: all that the generator knows of it from outside.</summary>
/// <param name="Path">Its path, for diagnostics only: nothing that is generated depends on it.</param>
/// <param name="Text">Its content; null if it could not be read.</param>
/// <param name="Namespace">The namespace if the file names none.</param>
/// <param name="ClassName">The class's name if the file names none.</param>
internal sealed record NetworkFile(string Path, string? Text, string Namespace, string ClassName);

/// <summary>What became of one file: a network with the places of its keys, or null and the problems why.</summary>
internal sealed record SpecResult(NetworkFile File, NetworkSpec? Network, SpecSpans? Spans, EquatableArray<Problem> Problems);

/// <summary>The stage from text to <see cref="NetworkSpec"/>.</summary>
internal static class SpecStage
{
    public static SpecResult Read(NetworkFile file)
    {
        var problems = new ProblemList();
        (NetworkSpec Network, SpecSpans Spans)? result = null;
        if (file.Text is null)
        {
            problems.Add(Rules.Syntax, default, "the file cannot be read");
        }
        else
        {
            var root = YamlReader.Read(file.Text, problems);
            if (root is not null || !problems.HasErrors)
            {
                result = CheckDefaults(file, problems).Read(root);
            }
        }

        return new(file, result?.Network, result?.Spans, problems.ToEquatableArray());
    }

    private static NetworkReader CheckDefaults(NetworkFile file, ProblemList problems)
    {
        // Names from the project's metadata are the user's too, and may be wrong.
        foreach (var (what, text, fault) in new[]
        {
            ("class's name", file.ClassName, Identifiers.ClassNameFault(file.ClassName)),
            ("namespace", file.Namespace, file.Namespace.Length == 0 ? null : Identifiers.NamespaceFault(file.Namespace)),
        })
        {
            if (fault is not null)
            {
                problems.Add(Rules.InvalidIdentifier, default, what, YamlScalar.Show(text), fault);
            }
        }

        return new(file.ClassName, file.Namespace, problems);
    }
}
