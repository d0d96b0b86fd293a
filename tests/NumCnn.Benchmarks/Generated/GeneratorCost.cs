using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using NumCnn.Benchmarks.Measuring;

namespace NumCnn.Benchmarks.Generated;

/// <summary>What generated code costs whoever compiles it: the generator's time, the text, the IL, the compiler's time.</summary>
internal static class GeneratorCost
{
    /// <summary>The hidden command of the child process, whose generator has not run before.</summary>
    public const string ColdCommand = "generator-cold";

    private const int ColdProcesses = 3, Warmups = 3, Runs = 9;

    private static readonly string Format = "{0,-16} {1,9} {2,9} {3,9} {4,9} {5,9} {6,9} {7,9} {8,11} {9,9}";

    // Named alone, a single layer's kernels are those of the deep networks.
    private static readonly string[] s_default = ["tiny", "lenet5", "mnist_8_16", "resnet8", "ds_cnn", "mobilenet_v1", "autoencoder", "alexnet_first", "resnet18"];

    private static readonly int[] s_depths = [10, 20, 40, 80];

    public static Command Create()
    {
        var only = new Option<string[]>("--only") { Description = "Networks by name or the beginning of it.", AllowMultipleArgumentsPerToken = true };
        var command = new Command("generator", "Prints what generating and compiling each network costs, and how that grows with the number of layers.") { only };
        command.SetAction(parsed =>
        {
            string[] names = parsed.GetValue(only) ?? [];
            var works = names.Length == 0 ? s_default : [.. NetworkFiles.Names.Where(work => names.Any(name => work.StartsWith(name, StringComparison.Ordinal)))];
            if (works.Length == 0)
            {
                Console.Error.WriteLine($"--only {string.Join(' ', names)}: no such network. There are {string.Join(", ", NetworkFiles.Names)}.");
                return 2;
            }

            Print(works);
            return 0;
        });
        return command;
    }

    /// <summary>The child process: one run of the generator, the first.</summary>
    public static int RunChild(string file)
    {
        Console.WriteLine(new GeneratorRun(File.ReadAllText(file)).Milliseconds.ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    private static void Print(IReadOnlyList<string> works)
    {
        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, Format, "network", "cold ms", "warm ms", "edit ms", "lines", "text kB", "methods", "IL kB", "compile ms", "without"));
        double without = CompileMilliseconds([]);
        foreach (string work in works)
        {
            Row(work, NetworkFiles.Text(work), without);
        }

        Console.WriteLine();
        Console.WriteLine("layers that all differ:");
        foreach (int depth in s_depths)
        {
            string yaml = Deep(depth);
            var (milliseconds, kilobytes) = Row($"{depth} layers", yaml, without);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{string.Empty,-16} a layer: {milliseconds / depth:0.00} ms, {kilobytes / depth:0.0} kB"));
        }
    }

    private static (double Milliseconds, double Kilobytes) Row(string name, string yaml, double without)
    {
        double cold = Interleaved.Median([.. Enumerable.Range(0, ColdProcesses).Select(_ => Cold(yaml))]);
        var runs = Enumerable.Range(0, Warmups + Runs).Select(_ => new GeneratorRun(yaml)).Skip(Warmups).ToList();
        double warm = Interleaved.Median([.. runs.Select(static run => run.Milliseconds)]);
        double edit = Interleaved.Median([.. runs.Select(static run => run.UnrelatedEditMilliseconds)]);
        var sources = runs[0].Sources;
        var (methods, code) = Code(InMemory.Compile(sources.Select(static source => source.ToString())));
        double kilobytes = sources.Sum(static source => source.Length) / 1e3;
        Console.WriteLine(string.Format(
            CultureInfo.InvariantCulture,
            Format,
            name,
            cold.ToString("0", CultureInfo.InvariantCulture),
            warm.ToString("0.0", CultureInfo.InvariantCulture),
            edit.ToString("0.00", CultureInfo.InvariantCulture),
            sources.Sum(static source => source.Lines.Count),
            kilobytes.ToString("0", CultureInfo.InvariantCulture),
            methods,
            (code / 1e3).ToString("0.0", CultureInfo.InvariantCulture),
            CompileMilliseconds(sources).ToString("0", CultureInfo.InvariantCulture),
            without.ToString("0", CultureInfo.InvariantCulture)));
        return (warm, kilobytes);
    }

    private static double Cold(string yaml)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, yaml);
            return double.Parse(ChildProcess.Output(ColdCommand, file), CultureInfo.InvariantCulture);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Parsing, binding and emitting of a consumer of a few lines, with the generated files or without; the compiler is warm.</summary>
    private static double CompileMilliseconds(IReadOnlyList<SourceText> sources)
    {
        double Once()
        {
            long start = Stopwatch.GetTimestamp();
            var trees = sources.Select(static source => CSharpSyntaxTree.ParseText(source)).Append(CSharpSyntaxTree.ParseText("internal static class Consumer { public static int Answer() => 42; }"));
            InMemory.Emit(InMemory.Compilation(trees));
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Once();
        return Interleaved.Median([Once(), Once(), Once()]);
    }

    private static (int Methods, int Bytes) Code(byte[] assembly)
    {
        using var image = new PEReader(new MemoryStream(assembly));
        var metadata = image.GetMetadataReader();
        var bodies = metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
            .Where(static method => method.RelativeVirtualAddress != 0)
            .Select(method => image.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!.Length)
            .ToList();
        return (bodies.Count, bodies.Sum());
    }

    /// <summary>A chain of convolutions each of which takes a row and a column away, so that no kernel serves two layers.</summary>
    private static string Deep(int layers)
    {
        const int Size = 100;
        string chain = string.Concat(Enumerable.Repeat("  - conv2d: {out_channels: 16, kernel_size: 2}\n", layers));
        return string.Create(CultureInfo.InvariantCulture, $"name: Deep\ninput: [16, {Size}, {Size}]\nseed: 1\nlayers:\n{chain}loss: mse\n");
    }
}
