using NumCnn.Samples.Articles;
using Samples.Tour;

namespace NumCnn.Samples.Tests;

public class TourTests
{
    [Fact]
    public void EveryNumberIsRightAndEveryReportIsWritten()
    {
        using var folder = new TemporaryFolder();
        using var output = new StringWriter();

        int exitCode = TourTable.Run(folder.Path, runNumPy: false, output);

        Assert.True(exitCode == 0, output.ToString());
        Assert.Equal(5, TourTable.Stops.Count);
        foreach (TourTable.Stop stop in TourTable.Stops)
        {
            Assert.Contains($"({stop.Folder})", output.ToString(), StringComparison.Ordinal);
            string report = File.ReadAllText(Path.Combine(folder.Path, $"{stop.Folder}.html"));
            Assert.Contains("data:image/png;base64,", report, StringComparison.Ordinal);
            Assert.DoesNotContain("WRONG", report, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("src=\"http", report, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void ANumberThatIsOffIsNamedAndFails()
    {
        using var folder = new TemporaryFolder();
        using var output = new StringWriter();
        TourTable.Stop right = new("Right", _ => Result(new Check("one", 1e-7, 1e-6)));
        TourTable.Stop wrong = new("Wrong", _ => Result(new Check("two", 1e-7, 1e-6), new Check("three", 2e-6, 1e-6)));

        Assert.Equal(0, TourTable.Run([right], folder.Path, runNumPy: false, TextWriter.Null));
        Assert.Equal(1, TourTable.Run([right, wrong], folder.Path, runNumPy: false, output));

        Assert.Contains("Wrong: three: difference 2.0e-06, allowed 1e-06", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("two: difference", output.ToString(), StringComparison.Ordinal);
    }

    private static SampleResult Result(params Check[] checks) => new("a title", checks, [new Timing("work", 0.5, null)]);
}
