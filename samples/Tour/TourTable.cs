using NumCnn.Samples.Articles;

namespace Samples.Tour;

/// <summary>Runs samples and tables their results.</summary>
public static class TourTable
{
    /// <summary>A stop of the tour.</summary>
    /// <param name="Folder">The sample's folder.</param>
    /// <param name="Run">The sample.</param>
    public sealed record Stop(string Folder, Func<SampleOptions, SampleResult> Run);

    /// <summary>The five samples, in the order of the tour.</summary>
    public static IReadOnlyList<Stop> Stops { get; } =
    [
        new("EdgeDetector", EdgeDetector.Program.Run),
        new("BatchedLayers", BatchedLayers.Program.Run),
        new("TinyTraining", TinyTraining.Program.Run),
        new("ConvPoolBackward", ConvPoolBackward.Program.Run),
        new("ClassicFilters", ClassicFilters.Program.Run),
    ];

    /// <summary>Runs all five.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string reports, bool runNumPy, TextWriter output) => Run(Stops, reports, runNumPy, output);

    /// <summary>Runs samples, writes their reports and the table.</summary>
    /// <param name="stops">The samples.</param>
    /// <param name="reports">The folder of the reports; it is made if it does not exist.</param>
    /// <param name="runNumPy">Also run the NumPy side, where it is installed.</param>
    /// <param name="output">Where the table goes.</param>
    /// <returns>0 if every number is right, else 1.</returns>
    public static int Run(IReadOnlyList<Stop> stops, string reports, bool runNumPy, TextWriter output)
    {
        Directory.CreateDirectory(reports);
        List<string[]> rows = [["article", "NumPy", "compiled", "ratio", "largest difference", "numbers"]];
        var wrong = new List<string>();
        foreach (Stop stop in stops)
        {
            SampleResult result = stop.Run(new SampleOptions { Report = Path.Combine(reports, $"{stop.Folder}.html"), RunNumPy = runNumPy });
            Timing timing = result.Timings[0];
            rows.Add(
            [
                $"{result.Title} ({stop.Folder}): {timing.What}",
                runNumPy ? Timing.Text(timing.NumPySeconds) : "not run",
                Timing.Text(timing.Seconds),
                Timing.Times(timing.Ratio),
                $"{result.LargestDifference:0.0e+00}",
                result.Passed ? $"{result.Checks.Count} right" : "WRONG",
            ]);
            wrong.AddRange(result.Checks.Where(check => !check.Passed).Select(check => $"{stop.Folder}: {check.What}: difference {check.Difference:0.0e+00}, allowed {check.Allowed}"));
        }

        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        rows.Insert(1, [.. widths.Select((width, column) => column == 0 ? new string('-', width) : new string('-', width - 1) + ":")]);
        foreach (string[] row in rows)
        {
            output.WriteLine($"| {string.Join(" | ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])))} |");
        }

        output.WriteLine();
        wrong.ForEach(output.WriteLine);
        output.WriteLine(wrong.Count == 0 ? $"every number is right; reports in {Path.GetFullPath(reports)}" : $"{wrong.Count} numbers are off");
        return wrong.Count == 0 ? 0 : 1;
    }
}
