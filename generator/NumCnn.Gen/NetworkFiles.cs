using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen;

/// <summary>From the project's additional files to those that describe networks.</summary>
internal static class NetworkFiles
{
    /// <summary>Null if the file is not marked as a network.</summary>
    public static NetworkFile? Read(AdditionalText file, AnalyzerConfigOptionsProvider options, CancellationToken cancellation)
    {
        var metadata = options.GetOptions(file);
        if (Get(metadata, BuildNames.Metadata(BuildNames.Source)) is not { } source || !string.Equals(source, "true", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var root = Get(options.GlobalOptions, BuildNames.Property(BuildNames.RootNamespace));
        return new(
            file.Path,
            file.GetText(cancellation)?.ToString(),
            Get(metadata, BuildNames.Metadata(BuildNames.Namespace)) ?? Identifiers.ToNamespace(root ?? ""),
            Get(metadata, BuildNames.Metadata(BuildNames.ClassName)) ?? Identifiers.FromFileName(Path.GetFileName(file.Path)));
    }

    private static string? Get(AnalyzerConfigOptions options, string key)
        => options.TryGetValue(key, out var value) && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
}
