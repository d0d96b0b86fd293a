using System.Diagnostics;
using System.Globalization;
using NumCnn.Benchmarks.Measuring;
using NumCnn.Benchmarks.Peers.OnnxRuntime;
using NumCnn.Benchmarks.Report;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks;

/// <summary>
/// The first inference of a fresh process and that process's peak memory. Both sides are .NET programs that know nothing
/// but the file with the weights and the sizes of input and output: ours loads the network and predicts; the peer's
/// creates a session on the ONNX file and runs it. Loading the peer's library and creating its environment are not counted.
/// </summary>
internal static class FirstInference
{
    /// <summary>The hidden command of the child process.</summary>
    public const string Command = "first";

    private const string Ours = "ours";
    private const string Ort = "ort";

    public static Row Measure(WorkData data, OrtLibrary? library, int processes)
    {
        string weights = Path.ChangeExtension(data.ScratchFile, ".safetensors");
        WeightFile.Save(data.Network.Parameters, weights);
        var (ours, peers) = (new List<Reading>(), new List<Reading>());
        for (int i = 0; i < processes; i++)
        {
            ours.Add(Child(Ours, data.Work.Name, weights, Shape(data.Info.InputShape), Shape(data.Info.OutputShape)));
            if (library is not null)
            {
                peers.Add(Child(Ort, data.Work.Name, data.OnnxFile, library.Path, Shape(data.Info.InputShape), Shape(data.Info.OutputShape)));
            }
        }

        double ourTime = Interleaved.Median([.. ours.Select(static reading => reading.Microseconds)]);
        double ourPeak = Interleaved.Median([.. ours.Select(static reading => reading.PeakMib)]);
        var row = new Row(data.Work.Name, Modes.First, 1, 1, ourTime, library is null ? "ONNX Runtime" : "ONNX Runtime " + library.Version, null, null, null, null) { OursPeakMib = ourPeak };
        if (library is null)
        {
            return row with { IsMissing = true, Note = "not installed" };
        }

        double peerTime = Interleaved.Median([.. peers.Select(static reading => reading.Microseconds)]);
        return row with { PeerUs = peerTime, Ratio = peerTime / ourTime, PeerPeakMib = Interleaved.Median([.. peers.Select(static reading => reading.PeakMib)]) };
    }

    /// <summary>The child process: measures, and prints microseconds, the peak in KiB, and the microseconds of each part.</summary>
    public static int RunChild(string[] arguments)
    {
        double[] parts = arguments[0] == Ours ? RunOurs(arguments) : RunOrt(arguments);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{parts.Sum()} {PeakKib()} {string.Join(' ', parts)}"));
        return 0;
    }

    private static double[] RunOurs(string[] arguments)
    {
        var load = WorkList.All.Single(work => work.Name == arguments[1]).Load!;
        int inputLength = Length(arguments[3]), outputLength = Length(arguments[4]);
        long start = Stopwatch.GetTimestamp();
        var network = load(arguments[2]);
        long loaded = Stopwatch.GetTimestamp();
        network.Predict(new float[inputLength], new float[outputLength]);
        return [Microseconds(start, loaded), Microseconds(loaded, Stopwatch.GetTimestamp())];
    }

    private static double[] RunOrt(string[] arguments)
    {
        var library = OrtLibrary.TryLoad(arguments[3], out string reason) ?? throw new InvalidOperationException(reason);
        int[] inputShape = Shape(arguments[4]), outputShape = Shape(arguments[5]);
        long start = Stopwatch.GetTimestamp();
        using var session = new OrtSession(library, arguments[2], 1, 1, inputShape, outputShape);
        long created = Stopwatch.GetTimestamp();
        session.Run();
        return [Microseconds(start, created), Microseconds(created, Stopwatch.GetTimestamp())];
    }

    private static double Microseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMicroseconds;

    private static Reading Child(params string[] arguments)
    {
        string output = ChildProcess.Output([Command, .. arguments]);
        string[] parts = output.Split(' ', StringSplitOptions.TrimEntries);
        return new(double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture) / 1024);
    }

    private static string Shape(IReadOnlyList<int> shape) => string.Join('x', shape.Select(static size => size.ToString(CultureInfo.InvariantCulture)));

    private static int Length(string shape) => Shape(shape).Aggregate(1, static (product, size) => product * size);

    private static int[] Shape(string shape) => [.. shape.Split('x').Select(static size => int.Parse(size, CultureInfo.InvariantCulture))];

    /// <summary>Linux tells a process's peak itself; elsewhere .NET asks the system.</summary>
    private static long PeakKib()
    {
        const string Key = "VmHWM:";
        if (OperatingSystem.IsLinux())
        {
            string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith(Key, StringComparison.Ordinal));
            return long.Parse(line[Key.Length..].Replace("kB", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }

        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1024;
    }

    private readonly record struct Reading(double Microseconds, double PeakMib);
}
