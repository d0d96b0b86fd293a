using System.Reflection;

namespace NumCnn.Gen.Tests.Support;

/// <summary>The files of the repository that tests guard.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string Generator { get; } = Path.Combine(Root, "generator");

    public static string RulePages { get; } = Path.Combine(Generator, "docs", "rules");

    public static string Tests { get; } = Path.Combine(Root, "tests", "NumCnn.Gen.Tests");

    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));
}
