using System.CommandLine;

namespace Samples.Tour;

/// <summary>All five samples in a row, and a table of what they found.</summary>
public static class Program
{
    public static int Main(string[] args)
    {
        var reports = new Option<string>("--reports") { Description = "The folder that the five HTML reports go to.", HelpName = "DIR", DefaultValueFactory = _ => "tour-reports" };
        var skip = new Option<bool>("--no-numpy") { Description = "Do not run the same work in NumPy." };
        var command = new RootCommand("Runs the five samples, compares every number with NumPy's, and prints the times. Exit code 1 if a number is off.") { reports, skip };
        command.SetAction(parsed => TourTable.Run(parsed.GetValue(reports)!, runNumPy: !parsed.GetValue(skip), Console.Out));
        ParseResult parse = command.Parse(args);
        if (parse.Errors.Count > 0)
        {
            Console.Error.WriteLine($"tour: {parse.Errors[0].Message}");
            return 2;
        }

        return parse.Invoke();
    }
}
