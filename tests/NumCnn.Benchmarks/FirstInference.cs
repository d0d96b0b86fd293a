using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using NumCnn.Benchmarks.Measuring;
using NumCnn.Benchmarks.Peers.OnnxRuntime;
using NumCnn.Benchmarks.Report;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks;

/// <summary>
/// The first inference of a fresh process and that process's peak memory. Both sides are .NET programs that know nothing
/// but the file with the weights and the sizes of input and output. Each has three parts, which are counted both with and
/// without the first: the library (ours: NumCnn.dll; the peer's: its shared library and environment), the network (ours:
/// loaded from its weights; the peer's: a session on the ONNX file), and the first inference. A third process does nothing: its
/// peak is the runtime's own.
/// </summary>
internal static class FirstInference
{
    /// <summary>The hidden command of the child process.</summary>
    public const string Command = "first";

    private const string Ours = "ours";
    private const string Ort = "ort";
    private const string Nothing = "nothing";

    /// <summary>The work that NumCnn.NativeStart knows.</summary>
    private const string NativeWork = "lenet5";

    /// <summary>Measures a work in turns.</summary>
    /// <param name="data">The work.</param>
    /// <param name="library">The peer's library, if there is one.</param>
    /// <param name="native">NumCnn.NativeStart, published natively, or null.</param>
    /// <param name="processes">Processes of each side.</param>
    /// <returns>A row; another one for the native program, if it knows the work.</returns>
    public static List<Row> Measure(WorkData data, OrtLibrary? library, string? native, int processes)
    {
        string weights = Path.ChangeExtension(data.ScratchFile, ".safetensors");
        WeightFile.Save(data.Network.Parameters, weights);
        string[] sizes = [Shape(data.Info.InputShape), Shape(data.Info.OutputShape)];
        string[] ourCommand = [Command, Ours, data.Work.Name, weights, .. sizes];
        var (ours, natives, peers, nothing) = (new List<Reading>(), new List<Reading>(), new List<Reading>(), new List<Reading>());
        for (int i = 0; i < processes; i++)
        {
            nothing.Add(Read(ChildProcess.Output([Command, Nothing])));
            ours.Add(Read(ChildProcess.Output(ourCommand)));
            if (native is not null && data.Work.Name == NativeWork)
            {
                natives.Add(Read(ChildProcess.OutputOf(native, ourCommand)));
            }

            if (library is not null)
            {
                peers.Add(Read(ChildProcess.Output([Command, Ort, data.Work.Name, data.OnnxFile, library.Path, .. sizes])));
            }
        }

        string peer = library is null ? "ONNX Runtime" : "ONNX Runtime " + library.Version;
        var rows = new List<Row> { Compare(data.Work.Name, Modes.First, ours, peer, peers) with { RuntimePeakMib = Peak(nothing) } };
        if (natives.Count > 0)
        {
            rows.Add(Compare(data.Work.Name, Modes.Native, natives, peer, peers));
        }

        return rows;
    }

    /// <summary>The child process: measures, and prints microseconds, the peak in KiB, and the microseconds of each part.</summary>
    public static int RunChild(string[] arguments)
    {
        double[] parts = arguments[0] switch
        {
            Ours => RunOurs(arguments),
            Ort => RunOrt(arguments),
            _ => [0, 0, 0],
        };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{parts.Sum()} {PeakMemory.Kib()} {string.Join(' ', parts)}"));
        return 0;
    }

    private static double[] RunOurs(string[] arguments)
    {
        int inputLength = Length(arguments[3]), outputLength = Length(arguments[4]);
        long start = Stopwatch.GetTimestamp();
        LoadAssembly();
        double library = Microseconds(start, Stopwatch.GetTimestamp());
        return [library, .. LoadAndPredict(arguments[1], arguments[2], inputLength, outputLength)];
    }

    // The assembly is loaded when a method that names one of its types is compiled, so the three parts are three methods.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoadAssembly() => _ = typeof(WeightFile).Module;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double[] LoadAndPredict(string name, string weights, int inputLength, int outputLength)
    {
        var load = WorkList.All.Single(work => work.Name == name).Load!;
        long start = Stopwatch.GetTimestamp();
        var network = load(weights);
        long loaded = Stopwatch.GetTimestamp();
        network.Predict(new float[inputLength], new float[outputLength]);
        return [Microseconds(start, loaded), Microseconds(loaded, Stopwatch.GetTimestamp())];
    }

    private static double[] RunOrt(string[] arguments)
    {
        int[] inputShape = Shape(arguments[4]), outputShape = Shape(arguments[5]);
        long start = Stopwatch.GetTimestamp();
        var library = OrtLibrary.TryLoad(arguments[3], out string reason) ?? throw new InvalidOperationException(reason);
        long loaded = Stopwatch.GetTimestamp();
        using var session = new OrtSession(library, arguments[2], 1, 1, inputShape, outputShape);
        long created = Stopwatch.GetTimestamp();
        session.Run();
        return [Microseconds(start, loaded), Microseconds(loaded, created), Microseconds(created, Stopwatch.GetTimestamp())];
    }

    private static Row Compare(string work, string mode, List<Reading> ours, string peer, List<Reading> peers)
    {
        var row = new Row(work, mode, 1, 1, Total(ours), peer, null, null, null, null) { OursPeakMib = Peak(ours), OursParts = Median(ours) };
        return peers.Count == 0
            ? row with { IsMissing = true, Note = "not installed" }
            : row with { PeerUs = Total(peers), Ratio = Total(peers) / Total(ours), PeerPeakMib = Peak(peers), PeerParts = Median(peers) };
    }

    private static double Microseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMicroseconds;

    private static double Total(List<Reading> readings) => Median(readings, static reading => reading.Microseconds);

    private static double Peak(List<Reading> readings) => Median(readings, static reading => reading.PeakMib);

    private static FirstParts Median(List<Reading> readings) => new(
        Median(readings, static reading => reading.Library),
        Median(readings, static reading => reading.Network),
        Median(readings, static reading => reading.Inference),
        Median(readings, static reading => reading.Network + reading.Inference));

    private static double Median(List<Reading> readings, Func<Reading, double> value) => Interleaved.Median([.. readings.Select(value)]);

    private static Reading Read(string output)
    {
        double[] numbers = [.. output.Split(' ', StringSplitOptions.TrimEntries).Select(static text => double.Parse(text, CultureInfo.InvariantCulture))];
        return new(numbers[0], numbers[1] / 1024, numbers[2], numbers[3], numbers[4]);
    }

    private static string Shape(IReadOnlyList<int> shape) => string.Join('x', shape.Select(static size => size.ToString(CultureInfo.InvariantCulture)));

    private static int Length(string shape) => Shape(shape).Aggregate(1, static (product, size) => product * size);

    private static int[] Shape(string shape) => [.. shape.Split('x').Select(static size => int.Parse(size, CultureInfo.InvariantCulture))];

    private readonly record struct Reading(double Microseconds, double PeakMib, double Library, double Network, double Inference);
}
