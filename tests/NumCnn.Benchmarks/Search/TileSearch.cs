using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using NumCnn.Benchmarks.Measuring;
using NumCnn.Gen.Schedule;

namespace NumCnn.Benchmarks.Search;

/// <summary>Times every tile that fits the registers, for each kernel of some layers, beside the planner's choice.</summary>
internal static class TileSearch
{
    private const double BlockSeconds = 0.4e-3;
    private const int Rounds = 5, FirstSeries = 2, LastSeries = 15, Finalists = 12;
    private const double Allowed = 1.10;

    private static readonly int[] s_bodies = [1, 32, 64, 256, 512];
    private static readonly string Format = "{0,-36} {1,5} {2,10} {3,10} {4,6}  {5,-40} {6}";

    public static Command Create()
    {
        var only = KernelList.Only();
        var all = new Option<bool>("--all") { Description = "Prints the time of every tile, too, the fastest first." };
        var command = new Command("search", "Times every register tile of each kernel and prints how far the planner's choice is from the best.") { only, all };
        command.SetAction(parsed =>
        {
            var kernels = KernelList.Select(parsed.GetValue(only) ?? []);
            if (kernels.Count == 0)
            {
                return 2;
            }

            Run(kernels, parsed.GetValue(all));
            return 0;
        });
        return command;
    }

    private static void Run(IReadOnlyList<KernelList.Entry> kernels, bool printsAll)
    {
        var target = KernelList.Target;
        Console.WriteLine(KernelList.Describe(target));
        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, Format, "kernel", "tiles", "model µs", "best µs", "ratio", "model", "best"));
        int off = 0;
        foreach (var (name, step, _) in kernels)
        {
            off += Search(name, new SearchedKernel(step, target.Kind), target, printsAll) > Allowed ? 1 : 0;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{off} of {kernels.Count} more than {Allowed - 1:0%} off the best."));
    }

    private static double Search(string name, SearchedKernel kernel, Target target, bool printsAll)
    {
        var model = kernel.Write(null)!;
        var texts = Distinct([model, .. Candidate.Of(kernel.MainNest, target).Select(kernel.Write).OfType<KernelText>()]);
        var times = Time(kernel, texts, FirstSeries);

        // The model's choice under its name as a candidate, to be varied like the best ones.
        var same = Candidate.Of(kernel.MainNest, target).FirstOrDefault(candidate => kernel.Write(candidate)?.Text == model.Text);
        var finalists = texts.Zip(times).OrderBy(static pair => pair.Second).Take(Finalists).Select(static pair => pair.First).ToList();
        var unrolled = finalists.Take(2).Select(static text => text.Candidate).Append(same).OfType<Candidate>().Distinct()
            .SelectMany(static candidate => s_bodies.Select(body => candidate with { BodyBudget = body })).Select(kernel.Write).OfType<KernelText>();
        var last = Distinct([model, .. finalists, .. unrolled]);
        double[] final = Time(kernel, last, LastSeries);
        int best = Array.IndexOf(final, final.Min());
        double ratio = final[0] / final[best];
        string chosen = same?.ToString() ?? "no tile of the search";
        Console.WriteLine(string.Format(
            CultureInfo.InvariantCulture,
            Format,
            name,
            texts.Count,
            Microseconds(final[0]),
            Microseconds(final[best]),
            ratio.ToString("0.00", CultureInfo.InvariantCulture),
            chosen,
            best == 0 ? "the same" : last[best].Candidate?.ToString()));
        if (printsAll)
        {
            Print(last, final);
            Print(texts.Except(last), times.Where((_, k) => !last.Contains(texts[k])));
        }

        return ratio;
    }

    private static void Print(IEnumerable<KernelText> texts, IEnumerable<double> times)
    {
        foreach (var (text, seconds) in texts.Zip(times).OrderBy(static pair => pair.Second))
        {
            Console.WriteLine($"    {Microseconds(seconds)}  {text.Candidate?.ToString() ?? "the model's"}");
        }
    }

    private static List<KernelText> Distinct(IEnumerable<KernelText> texts) => [.. texts.DistinctBy(static text => text.Text)];

    /// <summary>
    /// Seconds of a run of each, the median of interleaved rounds in the quietest of some series: while a neighbour on a virtual machine uses the
    /// same caches, tiles that load more lose more, and the best one is another.
    /// </summary>
    private static double[] Time(SearchedKernel kernel, List<KernelText> texts, int series)
    {
        var runners = kernel.Compile(texts);
        int[] runs = [.. runners.Select(static run =>
        {
            run(1);
            double seconds = Seconds(Math.Min(run(1), run(1)));
            return Math.Clamp((int)(BlockSeconds / seconds), 1, 100_000);
        })];
        double[] quietest = new double[runners.Count];
        Array.Fill(quietest, double.PositiveInfinity);
        var times = runners.Select(static _ => new double[Rounds]).ToList();
        for (int k = 0; k < series; k++)
        {
            for (int round = 0; round < Rounds; round++)
            {
                for (int runner = 0; runner < runners.Count; runner++)
                {
                    times[runner][round] = Seconds(runners[runner](runs[runner])) / runs[runner];
                }
            }

            for (int runner = 0; runner < runners.Count; runner++)
            {
                quietest[runner] = Math.Min(quietest[runner], Interleaved.Median(times[runner]));
            }
        }

        return quietest;
    }

    private static double Seconds(long ticks) => (double)ticks / Stopwatch.Frequency;

    private static string Microseconds(double seconds) => (seconds * 1e6).ToString("#,0.00", CultureInfo.InvariantCulture);
}
