using System.Xml.Linq;

namespace NumCnn.TestRun;

/// <summary>What came of a project's tests.</summary>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failed">Tests that failed; a run that broke off counts as one more.</param>
/// <param name="Skipped">Tests that could not run here, each with its reason.</param>
/// <param name="Details">The names and messages of what failed.</param>
internal sealed record TestResult(int Passed, int Failed, IReadOnlyList<string> Skipped, IReadOnlyList<string> Details)
{
    /// <summary>One failure that no test reported.</summary>
    public static TestResult Broken(string reason) => new(0, 1, [], [reason]);

    /// <summary>Reads a .trx file, the test platform's report.</summary>
    public static TestResult Read(string path)
    {
        XElement[] results = [.. XDocument.Load(path).Descendants().Where(static element => element.Name.LocalName == "UnitTestResult")];
        XElement[] failed = [.. results.Where(static result => Outcome(result) is not ("Passed" or "NotExecuted"))];
        XElement[] skipped = [.. results.Where(static result => Outcome(result) == "NotExecuted")];
        return new(
            results.Length - failed.Length - skipped.Length,
            failed.Length,
            [.. skipped.Select(static result => $"{Name(result)}: {Text(result, "Message")}")],
            [.. failed.Select(static result => $"{Name(result)}\n{Text(result, "Message")}\n{Text(result, "StackTrace")}")]);
    }

    private static string Outcome(XElement result) => (string?)result.Attribute("outcome") ?? "";

    private static string Name(XElement result) => (string?)result.Attribute("testName") ?? "?";

    private static string Text(XElement result, string name)
        => string.Join('\n', result.Descendants().Where(element => element.Name.LocalName == name).Select(static element => element.Value.TrimEnd()));
}
