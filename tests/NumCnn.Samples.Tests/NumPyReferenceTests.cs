using NumCnn.Samples.Articles;
using Samples.Tour;

namespace NumCnn.Samples.Tests;

/// <summary>With Python and NumPy these compare; without, nothing runs and that is said.</summary>
public class NumPyReferenceTests
{
    [Fact]
    public void TheNumPySideOfASampleAgreesAndIsTimed_OrIsNotInstalled()
    {
        using var folder = new TemporaryFolder();
        bool isInstalled = Run(folder, "import sys\ntry:\n    import numpy\nexcept ImportError:\n    sys.exit(3)") is not null;
        TourTable.Stop stop = TourTable.Stops.Single(s => s.Folder == "TinyTraining"); // its script fails if its weights are not the references'

        SampleResult result = stop.Run(new SampleOptions { Report = Path.Combine(folder.Path, "report.html") });

        Assert.Equal(isInstalled, result.Timings[0].NumPySeconds > 0);
        Assert.Equal(!isInstalled, result.Lines().Any(line => line.Contains("NumPy not installed", StringComparison.Ordinal)));
    }

    [Fact]
    public void ScriptsReportTimesByName()
    {
        using var folder = new TemporaryFolder();
        if (Run(folder, "print('work 0.25'); print('rest 1e-3')") is { } seconds)
        {
            Assert.Equal(new Dictionary<string, double>(StringComparer.Ordinal) { ["work"] = 0.25, ["rest"] = 0.001 }, seconds);
        }
    }

    [Fact]
    public void AScriptWithoutNumPyGivesNoTimes()
    {
        using var folder = new TemporaryFolder();

        Assert.Null(Run(folder, "import sys; sys.exit(3)"));
    }

    [Fact]
    public void AScriptThatFailsIsAnError()
    {
        using var folder = new TemporaryFolder();
        if (Run(folder, "print('work 1')") is not null)
        {
            Assert.Contains("off by one", Assert.Throws<InvalidOperationException>(() => Run(folder, "raise AssertionError('off by one')")).Message, StringComparison.Ordinal);
        }
    }

    private static IReadOnlyDictionary<string, double>? Run(TemporaryFolder folder, string script)
    {
        // A sample's folder given as a whole path is used as it is.
        File.WriteAllText(Path.Combine(folder.Path, "reference.py"), script);
        return NumPyReference.Run(folder.Path);
    }
}
