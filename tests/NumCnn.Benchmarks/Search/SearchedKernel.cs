using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using NumCnn.Benchmarks.Generated;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Benchmarks.Search;

/// <summary>One kernel of a network in the variants that different tiles give, with memory to run them on.</summary>
internal sealed class SearchedKernel
{
    private const int BatchSize = 64, Line = 16;

    private readonly Step _step;
    private readonly VectorKind _kind;
    private readonly Dictionary<Storage, int> _offsets = [];
    private readonly float[] _memory;
    private readonly int _pitch;
    private readonly int _items;

    /// <param name="step">The kernel's step.</param>
    /// <param name="kind">The vectors that this process runs kernels with: the other twin keeps the planner's tile.</param>
    public SearchedKernel(Step step, VectorKind kind)
    {
        _step = step;
        _kind = kind;
        _items = step.Items;
        var storages = step.Arguments.Select(static argument => argument.Storage).ToList();
        _pitch = storages.Where(static storage => storage.Region == Region.Sample).Sum(static storage => Rounded(storage.Length));

        // Samples follow one another at the pitch, as in a workspace; everything else has one place.
        int end = 0;
        foreach (var storage in storages.OrderBy(static storage => storage.Region != Region.Sample))
        {
            _offsets.Add(storage, end);
            end += Rounded(storage.Length);
            if (storage.Region == Region.Sample && end == _pitch)
            {
                end = _pitch * Samples;
            }
        }

        _memory = GC.AllocateArray<float>(end + (2 * Line), pinned: true);
        int misaligned = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0) / sizeof(float) % Line);
        int start = (Line - misaligned) % Line;
        foreach (var storage in storages)
        {
            _offsets[storage] += start;
        }

        var random = new System.Random(1);
        for (int i = 0; i < _memory.Length; i++)
        {
            _memory[i] = (random.NextSingle() - 0.5f) / 4;
        }
    }

    private delegate long Runner(float[] memory, int[] offsets, nint samples, nint pitch, nint items, int runs);

    /// <summary>The samples of a run.</summary>
    public int Samples => _step.TakesSamples ? BatchSize : 1;

    /// <summary>The nest that most of the time goes to; a strided convolution's input gradient has several.</summary>
    public Nest MainNest => _step.Nests.Select(Simplifier.Merge).MaxBy(static nest => Planner.UnrolledStatements(nest, Target.For(VectorKind.Fixed512, DType.Float32)))!;

    /// <summary>The kernel's text under a tile; the planner's own choice without one. Null if the kernel cannot be made so.</summary>
    public KernelText? Write(Candidate? candidate)
    {
        var kernels = new KernelSet(DType.Float32, [], candidate is null ? null : (nest, target) => target.Kind == _kind ? candidate.For(nest, target) : null);
        IReadOnlyList<KernelCall> calls;
        try
        {
            calls = kernels.Add([_step], [])[_step];
        }
        catch (InvalidOperationException)
        {
            return null;
        }

        var storages = _offsets.Keys.ToList();
        var text = new StringBuilder().AppendJoin(string.Empty, kernels.Kernels.Select(static kernel => kernel.Text + kernel.TwinText));
        var body = new StringBuilder();
        foreach (var call in calls)
        {
            if (call.Kernel is not { } kernel)
            {
                // a copy is the run time's, which no tile changes
                continue;
            }

            var arguments = call.Arguments.Select(argument => string.Create(CultureInfo.InvariantCulture, $"ref memory[offsets[{storages.IndexOf(argument.Storage)}] + {argument.Start}]"))
                .Concat(kernel.TakesSamples ? ["samples", "pitch"] : [])
                .Concat(kernel.TakesItems ? ["0", "items"] : []);
            body.Append(CultureInfo.InvariantCulture, $"            {kernel.Name}({string.Join(", ", arguments)});\n");
        }

        string runner = $$"""
                public static long Run(float[] memory, int[] offsets, nint samples, nint pitch, nint items, int runs)
                {
                    long start = System.Diagnostics.Stopwatch.GetTimestamp();
                    for (int run = 0; run < runs; run++)
                    {
            {{body}}        }

                    return System.Diagnostics.Stopwatch.GetTimestamp() - start;
                }
            """;
        return new(candidate, text + runner);
    }

    /// <summary>Compiles variants into one assembly.</summary>
    /// <returns>For each the ticks of a number of runs.</returns>
    public IReadOnlyList<Func<int, long>> Compile(IReadOnlyList<KernelText> texts)
    {
        const string Usings = "using System; using NumCnn; using System.Numerics; using System.Runtime.CompilerServices; using System.Runtime.Intrinsics; namespace Searched;\n";
        var assembly = InMemory.Load(InMemory.Compile(texts.Select((text, index) => string.Create(CultureInfo.InvariantCulture, $"{Usings}public static class C{index} {{\n{text.Text}\n}}\n"))));
        int[] offsets = [.. _offsets.Values];
        return [.. texts.Select((_, index) =>
        {
            var run = assembly.GetType($"Searched.C{index}", throwOnError: true)!.GetMethod("Run")!.CreateDelegate<Runner>();
            return (Func<int, long>)(runs => run(_memory, offsets, BatchSize, _pitch, _items, runs));
        })];
    }

    private static int Rounded(int length) => (length + Line - 1) / Line * Line;
}

/// <summary>A kernel's C# under a tile.</summary>
internal sealed record KernelText(Candidate? Candidate, string Text);
