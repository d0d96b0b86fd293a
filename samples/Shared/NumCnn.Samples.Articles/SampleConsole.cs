using System.CommandLine;

namespace NumCnn.Samples.Articles;

/// <summary>A sample as a program: its options, what it prints, its exit code.</summary>
public static class SampleConsole
{
    /// <summary>Runs a sample.</summary>
    /// <param name="name">The program's name, in messages and in the report's file name.</param>
    /// <param name="description">What it does, for the help.</param>
    /// <param name="takesImage">Whether it takes <c>--image</c>.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="sample">The sample.</param>
    /// <returns>0: every number is right; 1: one is off, or a file cannot be read or written; 2: a bad argument.</returns>
    public static int Run(string name, string description, bool takesImage, string[] arguments, Func<SampleOptions, SampleResult> sample)
    {
        var report = new Option<string>("--report") { Description = "Where the HTML report goes.", HelpName = "FILE", DefaultValueFactory = _ => $"{name}-report.html" };
        var image = new Option<string?>("--image") { Description = "A PNG, PGM or PPM picture to work on; left out: the sample draws one.", HelpName = "FILE" };
        var skip = new Option<bool>("--no-numpy") { Description = "Do not run reference.py, the same work in NumPy." };
        var command = new RootCommand(description) { report, skip };
        if (takesImage)
        {
            command.Add(image);
        }

        command.SetAction(parsed => Guard(name, () =>
        {
            var options = new SampleOptions { Report = parsed.GetValue(report)!, Image = takesImage ? parsed.GetValue(image) : null, RunNumPy = !parsed.GetValue(skip) };
            SampleResult result = sample(options);
            foreach (string line in result.Lines())
            {
                Console.WriteLine(line);
            }

            Console.WriteLine($"report: {options.Report}");
            return result.Passed ? 0 : 1;
        }));
        ParseResult parse = command.Parse(arguments);
        if (parse.Errors.Count > 0)
        {
            Console.Error.WriteLine($"{name}: {parse.Errors[0].Message}");
            return 2;
        }

        return parse.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static int Guard(string name, Func<int> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException)
        {
            Console.Error.WriteLine($"{name}: {e.Message}");
            return 1;
        }
    }
}
