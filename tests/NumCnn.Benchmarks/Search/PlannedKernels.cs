using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using NumCnn.Benchmarks.Measuring;
using NumCnn.Gen.Schedule;

namespace NumCnn.Benchmarks.Search;

/// <summary>Times the kernels of some layers as they are planned, in turns with the machine's peak.</summary>
internal static class PlannedKernels
{
    private const double BlockSeconds = 0.4e-3, WarmupSeconds = 0.02;
    private const int Rounds = 31, Series = 9;

    private static readonly string Format = "{0,-36} {1,12} {2,9} {3,8} {4,8}";

    public static Command Create()
    {
        var only = KernelList.Only();
        var command = new Command("planned", "Times each kernel as it is planned, alone, in turns with the FMA peak.") { only };
        command.SetAction(parsed =>
        {
            var kernels = KernelList.Select(parsed.GetValue(only) ?? []);
            if (kernels.Count == 0)
            {
                return 2;
            }

            Run(kernels);
            return 0;
        });
        return command;
    }

    private static void Run(IReadOnlyList<KernelList.Entry> kernels)
    {
        var target = KernelList.Target;
        double highest = FmaPeak.Measure(1, 200);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{KernelList.Describe(target)}; FMA peak, float32, one thread: {highest:0} GFLOP/s"));
        Print("kernel", "µs", "GFLOP/s", "peak", "at clock");
        var runs = kernels.Select(entry =>
        {
            var kernel = new SearchedKernel(entry.Step, target.Kind);
            return (Run: kernel.Compile([kernel.Write(null)!])[0], Operations: 2.0 * entry.MultiplyAdds * kernel.Samples);
        }).ToList();

        // A neighbour on a virtual machine comes for seconds, and slows a kernel down more than the peak: each kernel has several series, far
        // apart, and the fastest is the least disturbed.
        var quietest = new (double Seconds, double Peak)[kernels.Count];
        Array.Fill(quietest, (double.PositiveInfinity, 0));
        for (int series = 0; series < Series; series++)
        {
            for (int k = 0; k < quietest.Length; k++)
            {
                var found = Time(runs[k].Run);
                quietest[k] = found.Seconds < quietest[k].Seconds ? found : quietest[k];
            }
        }

        for (int k = 0; k < quietest.Length; k++)
        {
            double rate = runs[k].Operations / quietest[k].Seconds / 1e9;
            Print(kernels[k].Name, Text("#,0.00", quietest[k].Seconds * 1e6), Text("0.0", rate), Text("0.0%", rate / highest), Text("0.0%", rate / quietest[k].Peak));
        }
    }

    /// <summary>Medians of a run's seconds and of the peak's GFLOP/s right after, of one series.</summary>
    private static (double Seconds, double Peak) Time(Func<int, long> run)
    {
        int runs = 1;
        for (double spent = 0, seconds = 0; spent < WarmupSeconds || seconds < BlockSeconds; spent += seconds)
        {
            runs = seconds > 0 && seconds < BlockSeconds ? runs * 2 : runs;
            seconds = Seconds(run(runs));
        }

        var (times, peaks) = (new double[Rounds], new double[Rounds]);
        for (int round = 0; round < Rounds; round++)
        {
            times[round] = Seconds(run(runs)) / runs;
            peaks[round] = FmaPeak.Now(1);
        }

        return (Interleaved.Median(times), Interleaved.Median(peaks));
    }

    private static double Seconds(long ticks) => (double)ticks / Stopwatch.Frequency;

    private static string Text(string format, double value) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void Print(params string[] cells) => Console.WriteLine(string.Format(CultureInfo.InvariantCulture, Format, cells));
}
