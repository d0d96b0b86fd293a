using System.CommandLine;
using System.Globalization;
using NumCnn.Benchmarks.Generated;
using NumCnn.Benchmarks.Measuring;
using NumCnn.Benchmarks.Peers;
using NumCnn.Benchmarks.Peers.OnnxRuntime;
using NumCnn.Benchmarks.Peers.Python;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks;

/// <summary>How far every side's float32 outputs are from the same network in float64, with the same weights and inputs.</summary>
internal static class Accuracy
{
    private static readonly string Format = "{0,-14} {1,5}  {2,-28} {3,12} {4,12} {5,14}";

    public static Command Create(Option<string> ort, Option<string> python)
    {
        var only = new Option<string[]>("--only") { Description = "Works by name or the beginning of it; otherwise all.", AllowMultipleArgumentsPerToken = true };
        var command = new Command("accuracy", "Prints the error of float32 outputs against float64, ours and the peers'.") { only, ort, python };
        command.SetAction(parsed =>
        {
            var works = WorkList.Select(parsed.GetValue(only) ?? [], static _ => true);
            if (works.Count == 0)
            {
                return 2;
            }

            using var peers = new PeerSet(Path.GetFullPath(parsed.GetValue(ort)!), parsed.GetValue(python)!);
            Console.WriteLine(string.Join("; ", peers.Describe()));
            Console.WriteLine(string.Format(CultureInfo.InvariantCulture, Format, "work", "batch", "side", "max ULP", "mean ULP", "max/largest"));
            foreach (var work in works)
            {
                Print(work, peers);
            }

            return 0;
        });
        return command;
    }

    private static void Print(Work work, PeerSet peers)
    {
        using var data = new WorkData(work, work.IsLarge ? 4 : 64);
        double[] exact = Exact(data);
        using (var ours = new OurInference(data, 1))
        {
            Print(data, "NumCnn", ours.Result(), exact);
        }

        if (peers.Ort is { } library)
        {
            using var ort = new OrtInference(library, data, 1);
            Print(data, ort.Name, ort.Result(), exact);
        }

        if (peers.Torch is { } process)
        {
            using var torch = new PythonContender(process, "PyTorch", data, Modes.Infer, 1);
            Print(data, torch.Name, torch.Result(), exact);

            // The reference itself: PyTorch's float64, which arrives rounded to float32.
            Print(data, "PyTorch float64, rounded", torch.Float64Result(), exact);
        }
    }

    /// <summary>Our own float64: the same YAML with another element type, compiled now. PyTorch's row beside it tells whether it can be trusted.</summary>
    private static double[] Exact(WorkData data)
    {
        var network = (IPredictor<double>)InMemory.Create(NetworkFiles.InFloat64(data.Work.Name));
        foreach (var parameter in data.Network.Parameters)
        {
            network.Parameters[parameter.Name].CopyFrom(Array.ConvertAll(parameter.ToArray(), static value => (double)value));
        }

        var output = new double[data.Batch * data.Info.OutputLength];
        network.Predict(Array.ConvertAll(data.Input, static value => (double)value), output);
        return output;
    }

    private static void Print(WorkData data, string side, float[] values, double[] exact)
    {
        var error = OutputError.Of(values, exact);
        Console.WriteLine(string.Format(
            CultureInfo.InvariantCulture,
            Format,
            data.Work.Name,
            data.Batch,
            side,
            error.MaxUlp.ToString("#,0.0", CultureInfo.InvariantCulture),
            error.MeanUlp.ToString("0.00", CultureInfo.InvariantCulture),
            error.MaxRelative.ToString("0.0e+00", CultureInfo.InvariantCulture)));
    }
}
