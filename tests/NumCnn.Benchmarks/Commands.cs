using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using BenchmarkDotNet.Running;
using NumCnn.Benchmarks.Generated;
using NumCnn.Benchmarks.Kernels;
using NumCnn.Benchmarks.Measuring;
using NumCnn.Benchmarks.Peers;
using NumCnn.Benchmarks.Report;
using NumCnn.Benchmarks.Search;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks;

/// <summary>The command line.</summary>
internal static class Commands
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    public static int Run(string[] arguments)
    {
        var ort = new Option<string>("--ort")
        {
            Description = "Folder with ONNX Runtime's library (default: $NUMCNN_ORT, otherwise artifacts/onnxruntime in the current folder).",
            DefaultValueFactory = static _ => Environment.GetEnvironmentVariable("NUMCNN_ORT") ?? Path.Combine("artifacts", "onnxruntime"),
        };
        var python = new Option<string>("--python") { Description = "Python with NumPy and PyTorch.", DefaultValueFactory = static _ => "/usr/bin/python3" };
        var root = new RootCommand("Measures compiled networks beside ONNX Runtime, PyTorch, NumPy and scalar loops.")
        {
            Compare(ort, python),
            Accuracy.Create(ort, python),
            GeneratorCost.Create(),
            TileSearch.Create(),
            PlannedKernels.Create(),
            Roofline.Create(),
            ThreadCosts.Create(),
            KernelCommand(),
        };
        return root.Parse(arguments).Invoke();
    }

    private static Command Compare(Option<string> ort, Option<string> python)
    {
        var only = new Option<string[]>("--only") { Description = "Works to measure, by name or the beginning of it; otherwise all.", AllowMultipleArgumentsPerToken = true };
        var threads = new Option<int?>("--threads") { Description = "Threads of both sides; otherwise 1, then 2." };
        var quick = new Option<bool>("--quick") { Description = "Fewer rounds; large networks and training only as far as it takes seconds." };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the rows to a file." };
        var native = new Option<FileInfo?>("--native") { Description = "NumCnn.NativeStart, published natively: its first inference is measured too." };
        threads.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int?>() is { } count && (count < 1 || count > Environment.ProcessorCount))
            {
                result.AddError($"--threads {count}: this machine has {Environment.ProcessorCount} processors.");
            }
        });
        var command = new Command("compare", "Prints medians beside the peers', interleaved, after comparing the results.") { only, threads, quick, json, native, ort, python };
        command.SetAction(parsed =>
        {
            bool isQuick = parsed.GetValue(quick);
            var works = WorkList.Select(parsed.GetValue(only) ?? [], work => !(isQuick && work.IsLarge));
            if (works.Count == 0)
            {
                return 2;
            }

            int[] counts = parsed.GetValue(threads) is { } count ? [count] : Environment.ProcessorCount > 1 ? [1, 2] : [1];
            return Compare(works, counts, isQuick, parsed.GetValue(json), parsed.GetValue(native), Path.GetFullPath(parsed.GetValue(ort)!), parsed.GetValue(python)!);
        });
        return command;
    }

    private static int Compare(IReadOnlyList<Work> works, int[] threads, bool quick, FileInfo? json, FileInfo? native, string ort, string python)
    {
        using var peers = new PeerSet(ort, python);
        Console.WriteLine($"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {MachineName.Processor()}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");
        Console.WriteLine($"kernels: {((CompiledPredictor<float>)works[0].Create()).KernelFamily}; " + string.Join("; ", peers.Describe()));
        Console.WriteLine($"FMA peak, float32: {string.Join("; ", threads.Select(static count => $"{count} thread{(count > 1 ? "s" : "")} {FmaPeak.Measure(count, 200):0} GFLOP/s, beside loads {FmaPeak.MeasureBesideLoads(count, 200):0}, Vector<T> {FmaPeak.MeasureVectorT(count, 200):0}"))}");
        Console.WriteLine();
        var table = new Table(Console.Out);
        table.Header();
        var rows = new List<Row>();
        var comparison = new Comparison(peers, native?.FullName, quick, row =>
        {
            rows.Add(row);
            table.Write(row);
        });
        foreach (var work in works)
        {
            comparison.Run(work, threads);
        }

        if (comparison.DisturbedTurns > 0)
        {
            Console.WriteLine($"{comparison.DisturbedTurns} turns began although a thread of the other side still ran.");
        }

        if (json is not null)
        {
            File.WriteAllText(json.FullName, JsonSerializer.Serialize(rows, s_json) + "\n");
        }

        return rows.Exists(static row => row.Note is not null && !row.IsMissing) ? 1 : 0;
    }

    private static Command KernelCommand()
    {
        var command = new Command("kernels", "Runs BenchmarkDotNet on single layers; what follows -- goes to it.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(static parsed => BenchmarkSwitcher.FromTypes([typeof(ForwardBenchmarks), typeof(BackwardBenchmarks)]).Run([.. parsed.UnmatchedTokens]).Any() ? 0 : 1);
        return command;
    }
}
