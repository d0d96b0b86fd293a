using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using NumCnn.Conformance.Host;
using NumCnn.Gen;
using NumCnn.Gen.Emit;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;
using Xunit;

namespace NumCnn.Conformance.Disassembly;

/// <summary>
/// The machine code of every family of register tiles: what the planner means to hold in registers is in registers. One
/// accumulator without one halves a loop, and no result would tell.
/// </summary>
public class TileDisassemblyTests
{
    private const string NoTwins = "this processor has no vectors of 512 bits";
    private const string OtherMachine = "the instructions looked for are those of x64";

    private static readonly (string Name, string Input, string Layer)[] Families =
    [
        ("Convolution", "32, 28, 28", "conv2d: {out_channels: 32, kernel_size: 3, padding: 1}"),
        ("ManyChannels", "128, 7, 7", "conv2d: {out_channels: 128, kernel_size: 3, padding: 1}"),
        ("Pointwise", "64, 12, 12", "conv2d: {out_channels: 64, kernel_size: 1}"),
        ("FewInputs", "1, 28, 28", "conv2d: {out_channels: 6, kernel_size: 5, padding: 2}"),
        ("FewOutputs", "6, 14, 14", "conv2d: {out_channels: 16, kernel_size: 5}"),
        ("Strided", "16, 32, 32", "conv2d: {out_channels: 32, kernel_size: 3, stride: 2, padding: same}"),
        ("Dense", "400", "linear: 120"),
        ("DenseLarge", "640", "linear: 128"),
        ("Depthwise", "32, 24, 24", "conv2d: {out_channels: 32, kernel_size: 3, padding: 1, groups: 32}"),
        ("DepthwiseStrided", "32, 28, 28", "conv2d: {out_channels: 32, kernel_size: 3, stride: 2, padding: same, groups: 32}"),
        ("DepthwiseLarge", "32, 28, 28", "conv2d: {out_channels: 32, kernel_size: 5, padding: 2, groups: 32}"),
    ];

    private static readonly string[] Directions = ["Forward", "InputGradient", "WeightGradient"];

    private static readonly Lazy<(string[] Sources, byte[] Image)> All = new(static () => Compiled(Families, null));

    [DisassemblyFact(NoTwins = NoTwins)]
    public void Loops_on_512_bits_hold_their_tile_in_registers() => Check(isTwin: true);

    [DisassemblyFact]
    public void Loops_on_Vector_hold_their_tile_in_registers() => Check(isTwin: false, ("DOTNET_EnableAVX512", "0"));

    [DisassemblyFact]
    public void Loops_on_Vector_of_128_bits_hold_their_tile_in_registers() => Check(isTwin: false, ("DOTNET_EnableAVX512", "0"), ("DOTNET_MaxVectorTBitWidth", "128"));

    [DisassemblyFact]
    public void A_tile_that_does_not_fit_the_registers_is_found()
    {
        // Eight columns of two vectors, and the vectors themselves: eighteen where there are sixteen.
        ForcedTile? TooLarge(Nest nest, Target target) => target.Kind == VectorKind.Variable && nest.Tile.Find(static axis => axis.Name == "j") is { } columns
            ? new ForcedTile { Vectors = 2, First = columns, FirstTile = 8 }
            : null;
        var faults = Faults(Compiled([Families[0]], TooLarge), isTwin: false, out _, ("DOTNET_EnableAVX512", "0"));
        Assert.Contains(faults, static fault => fault.StartsWith("Convolution.Conv1Forward: v", StringComparison.Ordinal) && fault.Contains("[r", StringComparison.Ordinal));
    }

    private static void Check(bool isTwin, params (string Name, string Value)[] settings)
    {
        var faults = Faults(All.Value, isTwin, out int loops, settings);
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        // A loop for every family and direction at least.
        Assert.True(loops >= Families.Length * Directions.Length, $"Only {loops} loops.");
    }

    private static (string[] Sources, byte[] Image) Compiled((string Name, string Input, string Layer)[] families, TileOverride? tiles)
    {
        string[] sources = [.. families.SelectMany(family => Generate(family, tiles))];
        return (sources, NetworkHost.CompileSources(sources));
    }

    private static List<string> Faults((string[] Sources, byte[] Image) code, bool isTwin, out int loops, params (string Name, string Value)[] settings)
    {
        var compiled = MachineCode.Of(code.Image, settings);
        var faults = new List<string>();
        loops = 0;
        foreach (var (name, expected) in EmittedLoops.MultiplyAdds(code.Sources).Where(method => method.Value.Length > 0 && Directions.Any(direction => method.Key.EndsWith(direction + (isTwin ? "512" : string.Empty), StringComparison.Ordinal))))
        {
            if (!compiled.TryGetValue(name, out string[]? lines))
            {
                faults.Add($"{name}: the JIT printed nothing");
                continue;
            }

            var inner = MachineCode.InnerLoops(lines);
            loops += inner.Count;
            // The JIT may lay out one loop twice, for two ways into it.
            if (!expected.Distinct().Order().SequenceEqual(inner.Select(static loop => loop.MultiplyAdds).Distinct().Order()))
            {
                faults.Add($"{name}: loops of {string.Join(", ", expected)} multiply-adds became loops of {string.Join(", ", inner.Select(static loop => loop.MultiplyAdds))}");
            }

            faults.AddRange(inner.SelectMany(static loop => loop.Spills.Concat(loop.Calls)).Select(line => $"{name}: {line}"));
        }

        return faults;
    }

    private static IEnumerable<string> Generate((string Name, string Input, string Layer) family, TileOverride? tiles)
    {
        string yaml = $"name: {family.Name}\ninput: [{family.Input}]\nseed: 1\nlayers:\n  - {family.Layer}\nloss: mse\n";
        SpecResult read = Stages.Read(new NetworkFile("network.yaml", yaml, NetworkHost.Namespace, family.Name));
        return EmitStage.Generate(read.Network!, tiles).Select(static source => source.Text);
    }

    /// <summary>A fact about machine code of x64; where there is none to be had it says so.</summary>
    private sealed class DisassemblyFactAttribute : FactAttribute
    {
        public DisassemblyFactAttribute()
        {
            if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            {
                Skip = OtherMachine;
            }
        }

        /// <summary>The reason to skip where vectors of 512 bits are missing; null for a test that does without.</summary>
        public string? NoTwins
        {
            get;
            set
            {
                field = value;
                Skip ??= Vector512.IsHardwareAccelerated ? null : value;
            }
        }
    }
}
