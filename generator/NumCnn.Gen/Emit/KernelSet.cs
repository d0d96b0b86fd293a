using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Emit;

/// <summary>A kernel's method, and its twin for 512 bits.</summary>
internal sealed class Kernel
{
    public Kernel(string name, string key, IReadOnlyList<(Storage Storage, string Role)> arguments, bool takesSamples, bool takesItems)
    {
        Name = name;
        Key = key;
        Arguments = arguments;
        TakesSamples = takesSamples;
        TakesItems = takesItems;
    }

    public string Name { get; }

    /// <summary>Parameters and code: kernels with equal keys are one.</summary>
    public string Key { get; }

    public IReadOnlyList<(Storage Storage, string Role)> Arguments { get; }

    public bool TakesSamples { get; }

    public bool TakesItems { get; }

    public string Text { get; set; } = string.Empty;

    /// <summary>The 512-bit twin; empty for a kernel without lanes.</summary>
    public string TwinText { get; set; } = string.Empty;

    public List<string> Summaries { get; } = [];
}

/// <summary>A call of a kernel by a step, or, for what the runtime does better, a copy.</summary>
internal sealed record KernelCall(Kernel? Kernel, LayoutCopy? Copy, IReadOnlyList<Storage> Arguments, IReadOnlyList<string> Scalars)
{
    public KernelCall(Kernel kernel, IReadOnlyList<Storage> arguments, IReadOnlyList<string> scalars)
        : this(kernel, null, arguments, scalars)
    {
    }

    public KernelCall(LayoutCopy copy)
        : this(null, copy, [copy.Source, copy.Target], [])
    {
    }

    public bool TakesSamples => Kernel is { TakesSamples: true };

    public bool TakesItems => Kernel is { TakesItems: true };
}

/// <summary>Turns steps into kernels. Layers of equal shape share one; a step that would pass the JIT's budget becomes several.</summary>
internal sealed class KernelSet
{
    private readonly DType _type;
    private readonly TileOverride? _tileOverride;
    private readonly Dictionary<string, Kernel> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<(Nest Nest, VectorKind Kind), Plan> _plans = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<Kernel> _kernels = [];

    /// <param name="type">The element type.</param>
    /// <param name="members">Names that the class's other members have.</param>
    /// <param name="tileOverride">Tiles in place of the planner's.</param>
    public KernelSet(DType type, IEnumerable<string> members, TileOverride? tileOverride = null)
    {
        _type = type;
        _tileOverride = tileOverride;
        _names.UnionWith(members);
    }

    public IReadOnlyList<Kernel> Kernels => _kernels;

    public IReadOnlyList<KernelCall> Add(Step step)
    {
        if (step.Call is not null)
        {
            return [];
        }

        var nests = step.Nests.Select(Simplifier.Merge).ToList();
        var calls = new List<KernelCall>();
        var groups = Split(step, nests);
        int kernels = groups.Count(static group => group.Copy is null);
        int number = 0;
        foreach (var (group, copy) in groups)
        {
            string suffix = kernels > 1 && copy is null ? FormattableString.Invariant($"{++number}") : string.Empty;
            calls.Add(copy is null ? AddKernel(step, group, suffix) : new KernelCall(copy));
        }

        return calls;
    }

    private static string MethodName(string kernel)
    {
        int dot = kernel.LastIndexOf('.');
        return MemberNames.Of(kernel.Substring(0, dot)) + kernel.Substring(dot + 1);
    }

    /// <summary>Nests that share a method, in their order, and copies between them.</summary>
    private List<(List<Nest> Nests, LayoutCopy? Copy)> Split(Step step, List<Nest> nests)
    {
        var groups = new List<(List<Nest> Nests, LayoutCopy? Copy)>();
        int statements = 0;
        foreach (var nest in nests)
        {
            var plan = PlanOf(step, nest, VectorKind.Variable);
            if (LayoutCopy.From(nest, plan) is { } copy)
            {
                groups.Add(([nest], copy));
                continue;
            }

            // The larger one of a kernel and its twin, whose tiles are larger.
            int cost = Math.Max(plan.Statements, PlanOf(step, nest, VectorKind.Fixed512).Statements) + 4;
            if (groups.Count == 0 || groups[groups.Count - 1].Copy is not null || (statements > 0 && statements + cost > Planner.StatementBudget))
            {
                groups.Add(([], null));
                statements = 0;
            }

            groups[groups.Count - 1].Nests.Add(nest);
            statements += cost;
        }

        return groups;
    }

    /// <summary>The plan of a step's nest, which is asked for to group nests and again to write them.</summary>
    private Plan PlanOf(Step step, Nest nest, VectorKind kind)
    {
        var target = TargetOf(nest, kind);
        if (!_plans.TryGetValue((nest, target.Kind), out var plan))
        {
            plan = Planner.Create(nest, target, step.Unroll, _tileOverride);
            _plans.Add((nest, target.Kind), plan);
        }

        return plan;
    }

    private Target TargetOf(Nest nest, VectorKind kind) => Target.For(nest.Lane is null ? VectorKind.None : kind, _type);

    private KernelCall AddKernel(Step step, List<Nest> nests, string suffix)
    {
        var used = new HashSet<Storage>(nests.SelectMany(static nest => nest.Accesses()).Select(static access => access.Storage));
        var arguments = step.Arguments.Where(argument => used.Contains(argument.Storage)).ToList();
        var scalars = step.Scalars.Where(static scalar => scalar.Contains('=')).Select(static scalar => scalar.Substring(0, scalar.IndexOf('=')).Trim()).ToList();
        bool takesSamples = nests.Exists(static nest => nest.Parallel.Concat(nest.Reduction).Any(static axis => axis.IsSymbolic));
        bool takesItems = nests.Exists(static nest => nest.Items is { IsTrivial: false });
        bool hasLanes = nests.Exists(static nest => nest.Lane is not null);
        string name = MethodName(step.Kernel) + suffix;
        var (body, remarks, names) = Lower(name, step, nests, arguments, scalars, VectorKind.Variable);
        string element = _type == DType.Float32 ? "float" : "double";
        var parameters = arguments.Select(argument => $"ref {element} {names.OfStorage(argument.Storage)}").ToList();
        var forwarded = arguments.Select(argument => $"ref {names.OfStorage(argument.Storage)}").ToList();
        foreach (string scalar in scalars)
        {
            parameters.Add($"{element} {scalar}");
            forwarded.Add(scalar);
        }

        if (takesSamples)
        {
            string number = nests.SelectMany(static nest => nest.Parallel.Concat(nest.Reduction)).First(static axis => axis.IsSymbolic).Number;
            parameters.AddRange([$"nint {number}", "nint pitch"]);
            forwarded.AddRange([number, "pitch"]);
        }

        if (takesItems)
        {
            parameters.AddRange(["nint from", "nint to"]);
            forwarded.AddRange(["from", "to"]);
        }

        string signature = string.Join(", ", parameters);
        string key = signature + "\n" + body;
        var storages = arguments.Select(static argument => argument.Storage).ToList();
        if (_byKey.TryGetValue(key, out var known))
        {
            known.Summaries.Add(step.Summary);
            return new KernelCall(known, storages, scalars);
        }

        while (_names.Contains(name + "512") || !_names.Add(name))
        {
            name += "_";
        }

        var kernel = new Kernel(name, key, arguments, takesSamples, takesItems);
        kernel.Summaries.Add(step.Summary);
        kernel.Text = Method(name, signature, remarks, body, hasLanes ? $"{name}512({string.Join(", ", forwarded)});" : string.Empty);
        if (hasLanes)
        {
            var (wideBody, wideRemarks, _) = Lower(name, step, nests, arguments, scalars, VectorKind.Fixed512);
            kernel.TwinText = Method(name + "512", signature, wideRemarks, wideBody, string.Empty);
        }

        _byKey.Add(key, kernel);
        _kernels.Add(kernel);
        return new KernelCall(kernel, storages, scalars);
    }

    private (string Body, IReadOnlyList<string> Remarks, KernelNames Names) Lower(
        string name, Step step, List<Nest> nests, List<(Storage Storage, string Role)> arguments, List<string> scalars, VectorKind kind)
    {
        var names = new KernelNames();
        foreach (string scalar in scalars)
        {
            names.Claim(scalar);
        }

        foreach (var (storage, role) in arguments)
        {
            names.AddParameter(storage, role);
        }

        var writer = new CodeWriter(2);
        var remarks = new List<string>();
        bool usesWidth = false;
        foreach (var nest in nests)
        {
            var target = TargetOf(nest, kind);
            var plan = PlanOf(step, nest, kind);
            names.Push();
            var statements = Lowering.Lower(nest, plan, target, names);
            names.Pop();
            BoundsProof.Check(name, statements, target);
            var text = new VectorText(target);
            var inner = new CodeWriter(2);
            new StatementWriter(inner, text).Write(statements);
            string code = inner.ToString();
            if (nest.Part.Length > 0)
            {
                writer.Line("// " + nest.Part);
            }

            usesWidth |= text.UsesWidth;
            if (nests.Count > 1 && !statements.TrueForAll(static statement => statement is LoopStatement or BlockStatement))
            {
                using (writer.Block(string.Empty))
                {
                    writer.Raw(Indent(code));
                }
            }
            else
            {
                writer.Raw(code);
            }

            if (!remarks.Contains(plan.Description))
            {
                remarks.Add(plan.Description);
            }
        }

        string element = _type == DType.Float32 ? "float" : "double";
        string body = usesWidth ? $"        nuint W = (nuint)Vector<{element}>.Count;\n" + writer : writer.ToString();
        return (body, remarks, names);
    }

    private static string Indent(string code) => string.Concat(code.TrimEnd('\n').Split('\n').Select(static line => line.Length == 0 ? "\n" : "    " + line + "\n"));

    private static string Method(string name, string signature, IReadOnlyList<string> remarks, string body, string twinCall)
    {
        var writer = new CodeWriter(1);
        writer.Line($"/// <remarks>{string.Join(" ", remarks)}</remarks>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {name}({signature})"))
        {
            if (twinCall.Length > 0)
            {
                using (writer.Block("if (Vector512.IsHardwareAccelerated)"))
                {
                    writer.Line(twinCall);
                    writer.Line("return;");
                }

                writer.Line();
            }

            writer.Raw(body);
        }

        return writer.ToString();
    }
}
