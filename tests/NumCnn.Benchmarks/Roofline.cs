using System.CommandLine;
using System.Globalization;
using NumCnn.Benchmarks.Measuring;
using NumCnn.Benchmarks.Peers;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks;

/// <summary>
/// What the machine allows one thread for one sample: each layer's multiply-adds at the peak, or its weights at the rate at which as much
/// memory as all weights is read again and again, whichever takes longer. A weight serves once for each pixel, so that a dense layer only reads.
/// </summary>
internal static class Roofline
{
    /// <summary>Bytes of weights that may stay in the first cache from one sample to the next.</summary>
    private const int FirstCache = 32 << 10;

    private static readonly string Format = "{0,-16} {1,-16} {2,14} {3,12} {4,12} {5,10} {6,10}";

    public static Command Create()
    {
        var only = new Option<string[]>("--only") { Description = "Works, by name or the beginning of it; otherwise all but large ones.", AllowMultipleArgumentsPerToken = true };
        var layers = new Option<bool>("--layers") { Description = "Prints each layer's limit, too." };
        var command = new Command("roofline", "Prints what the machine allows one thread for one sample, and what it takes.") { only, layers };
        command.SetAction(parsed =>
        {
            var works = WorkList.Select(parsed.GetValue(only) ?? [], static work => !work.IsLarge);
            if (works.Count == 0)
            {
                return 2;
            }

            Run(works, parsed.GetValue(layers));
            return 0;
        });
        return command;
    }

    private static void Run(IReadOnlyList<Work> works, bool printsLayers)
    {
        double peak = FmaPeak.Measure(1, 200) * 1e9;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"FMA peak, float32, one thread: {peak / 1e9:0} GFLOP/s, beside loads {FmaPeak.MeasureBesideLoads(1, 200):0}"));
        Print("work", "layer", "multiply-adds", "peak, µs", "weights, µs", "limit, µs", "ours, µs");
        var timing = new Interleaved(true, new Quiet([]));
        foreach (var work in works.Where(static work => !work.Name.EndsWith("-winograd", StringComparison.Ordinal)))
        {
            using var data = new WorkData(work, 1);
            using var ours = new OurInference(data, 1);
            long weights = data.Info.ParameterCount * sizeof(float);
            double rate = weights > FirstCache ? CacheRate.Measure(weights) : double.PositiveInfinity;
            double limit = 0;
            foreach (var layer in data.Info.Layers)
            {
                double multiply = 2 * layer.MultiplyAdds / peak * 1e6;
                double read = layer.ParameterCount * sizeof(float) / rate * 1e6;
                limit += Math.Max(multiply, read);
                if (printsLayers && layer.MultiplyAdds > 0)
                {
                    Print(work.Name, layer.Name, Text(layer.MultiplyAdds), Text(multiply), Text(read), Text(Math.Max(multiply, read)), string.Empty);
                }
            }

            double seconds = timing.Measure(ours, 1).Ours;
            Print(work.Name, "all", Text(data.Info.MultiplyAdds), string.Empty, double.IsFinite(rate) ? string.Create(CultureInfo.InvariantCulture, $"{rate / 1e9:0} GB/s") : string.Empty, Text(limit), string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:0.00} {limit / seconds / 1e6,5:0%}"));
        }
    }

    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static void Print(params string[] cells) => Console.WriteLine(string.Format(CultureInfo.InvariantCulture, Format, cells).TrimEnd());
}
