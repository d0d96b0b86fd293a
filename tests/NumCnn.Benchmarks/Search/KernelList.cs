using System.CommandLine;
using System.Runtime.Intrinsics;
using NumCnn.Benchmarks.Generated;
using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Benchmarks.Search;

/// <summary>The kernels of the layers in <see cref="SearchList"/>.</summary>
internal static class KernelList
{
    private static readonly string[] s_kinds = ["Forward", "InputGradient", "WeightGradient"];

    /// <summary>The vectors that this process runs kernels with.</summary>
    public static Target Target => Target.For(Vector512.IsHardwareAccelerated ? VectorKind.Fixed512 : VectorKind.Variable, DType.Float32);

    /// <summary>The option that picks kernels.</summary>
    public static Option<string[]> Only() => new("--only") { Description = "Kernels by name (lenet_conv1.Forward) or the beginning of it; otherwise all.", AllowMultipleArgumentsPerToken = true };

    /// <summary>The kernels that are asked for, all without names. If there are none, the console says which there are.</summary>
    public static IReadOnlyList<Entry> Select(string[] names)
    {
        var kernels = Kernels().Where(kernel => names.Length == 0 || names.Any(name => kernel.Name.StartsWith(name, StringComparison.Ordinal))).ToList();
        if (kernels.Count == 0)
        {
            Console.Error.WriteLine($"--only {string.Join(' ', names)}: no such kernel. There are {string.Join(", ", Kernels().Select(static kernel => kernel.Name))}.");
        }

        return kernels;
    }

    public static string Describe(Target target) => target.Kind == VectorKind.Fixed512 ? "Vector512, 32 registers" : "Vector<T>, 16 registers";

    private static IEnumerable<Entry> Kernels()
    {
        foreach (var (name, yaml) in SearchList.All)
        {
            var graph = NetworkGraph.Build(InMemory.Read(yaml), new ProblemSink())!;
            var program = NetworkProgram.Create(graph);
            foreach (string kind in s_kinds)
            {
                // A weight gradient has a step for one thread and one for several, of the same nests; the steps that a sample's threads share are in parts.
                if (program.Forward.Concat(program.Backward).Where(step => (step.Whole ?? step).Kernel.EndsWith("." + kind, StringComparison.Ordinal) && step.Nests.All(static nest => nest.Lane is not null))
                    .MaxBy(static step => step.Nests.Sum(static nest => Planner.UnrolledStatements(nest, Target.For(VectorKind.Fixed512, DType.Float32)))) is { } step)
                {
                    // Alone there is no next sample to ask for. Of a step in parts the largest stands for its share of the layer.
                    yield return new($"{name}.{kind}", step.Asking([]), graph.Layers.Sum(static layer => layer.MultiplyAdds) * Steps(step) / Steps(step.Whole ?? step));
                }
            }
        }
    }

    private static long Steps(Step step) => step.Nests.Sum(static nest => nest.Steps);

    /// <summary>A kernel of one layer.</summary>
    /// <param name="Name">Layer and direction.</param>
    /// <param name="Step">What computes it.</param>
    /// <param name="MultiplyAdds">Of one sample; with an image's parts, those of the part.</param>
    internal sealed record Entry(string Name, Step Step, long MultiplyAdds);
}
