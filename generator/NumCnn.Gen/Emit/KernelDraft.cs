using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Emit;

/// <summary>A kernel that has no name yet: its parameters, and its code on <c>Vector</c>, by which equal kernels are known.</summary>
internal sealed class KernelDraft
{
    private readonly Step _step;
    private readonly IReadOnlyList<Nest> _nests;
    private readonly DType _type;
    private readonly Func<Nest, VectorKind, (Plan Plan, Target Target)> _planOf;
    private readonly string _forwarded;
    private readonly IReadOnlyList<string> _remarks;
    private readonly bool _hasLanes;

    /// <param name="step">The step.</param>
    /// <param name="nests">Those of its nests that the kernel computes, merged.</param>
    /// <param name="suffix">What tells the step's kernels apart; empty where it is the only one.</param>
    /// <param name="type">The element type.</param>
    /// <param name="planOf">The nests' plans.</param>
    public KernelDraft(Step step, IReadOnlyList<Nest> nests, string suffix, DType type, Func<Nest, VectorKind, (Plan Plan, Target Target)> planOf)
    {
        _step = step;
        _nests = nests;
        _type = type;
        _planOf = planOf;
        var used = new HashSet<Storage>(nests.SelectMany(static nest => nest.Accesses()).Select(static access => access.Storage));
        var symbolic = nests.SelectMany(static nest => nest.Parallel.Concat(nest.Reduction)).FirstOrDefault(static axis => axis.IsSymbolic);
        Name = MethodName(step.Kernel) + suffix;
        Arguments = [.. step.Arguments.Where(argument => used.Contains(argument.Storage))];
        Scalars = [.. step.Scalars.Where(static scalar => scalar.Contains('=')).Select(static scalar => scalar.Substring(0, scalar.IndexOf('=')).Trim())];
        TakesSamples = symbolic is not null;
        TakesItems = nests.Any(static nest => nest.Items is { IsTrivial: false });
        _hasLanes = nests.Any(static nest => nest.Lane is not null);
        (string body, _remarks, var names) = Lower(VectorKind.Variable);

        var parameters = new List<(string Type, string Name)>();
        parameters.AddRange(Arguments.Select(argument => ($"ref {Element} ", names.OfStorage(argument.Storage))));
        parameters.AddRange(Scalars.Select(scalar => ($"{Element} ", scalar)));
        if (symbolic is not null)
        {
            parameters.AddRange([("nint ", symbolic.Number), ("nint ", "pitch")]);
        }

        if (TakesItems)
        {
            parameters.AddRange([("nint ", "from"), ("nint ", "to")]);
        }

        Key = (string.Join(", ", parameters.Select(static parameter => parameter.Type + parameter.Name)), body);
        _forwarded = string.Join(", ", parameters.Select(static parameter => (parameter.Type.StartsWith("ref ", StringComparison.Ordinal) ? "ref " : string.Empty) + parameter.Name));
    }

    /// <summary>The name it would have where no other member has it.</summary>
    public string Name { get; }

    /// <summary>Parameters and code: kernels with equal keys are one.</summary>
    public (string Signature, string Body) Key { get; }

    public string Summary => _step.Summary;

    public IReadOnlyList<(Storage Storage, string Role)> Arguments { get; }

    public IReadOnlyList<Storage> Storages => [.. Arguments.Select(static argument => argument.Storage)];

    public IReadOnlyList<string> Scalars { get; }

    public bool TakesSamples { get; }

    public bool TakesItems { get; }

    private string Element => _type == DType.Float32 ? "float" : "double";

    /// <summary>The method on <c>Vector</c>, which calls its twin where there are vectors of 512 bits.</summary>
    public string Text(string name) => Method(name, _remarks, Key.Body, _hasLanes ? $"{name}512({_forwarded});" : string.Empty);

    /// <summary>The twin for 512 bits; empty for a kernel without lanes.</summary>
    public string Twin(string name)
    {
        if (!_hasLanes)
        {
            return string.Empty;
        }

        var (body, remarks, _) = Lower(VectorKind.Fixed512);
        return Method(name + "512", remarks, body, string.Empty);
    }

    private static string MethodName(string kernel)
    {
        int dot = kernel.LastIndexOf('.');
        return MemberNames.Of(kernel.Substring(0, dot)) + kernel.Substring(dot + 1);
    }

    private (string Body, IReadOnlyList<string> Remarks, KernelNames Names) Lower(VectorKind kind)
    {
        var names = new KernelNames();
        foreach (string scalar in Scalars)
        {
            names.Claim(scalar);
        }

        foreach (var (storage, role) in Arguments)
        {
            names.AddParameter(storage, role);
        }

        var writer = new CodeWriter(2);
        var remarks = new List<string>();
        bool usesWidth = false;
        foreach (var nest in _nests)
        {
            var (plan, target) = _planOf(nest, kind);
            names.Push();
            var statements = Lowering.Lower(nest, plan, target, names);
            names.Pop();
            BoundsProof.Check(Name, statements, target);
            if (nest.Part.Length > 0)
            {
                writer.Line("// " + nest.Part);
            }

            if (_nests.Count > 1 && !statements.TrueForAll(static statement => statement is LoopStatement or BlockStatement))
            {
                // Its locals are nothing to the other nests.
                statements = [new BlockStatement(statements)];
            }

            var text = new VectorText(target);
            new StatementWriter(writer, text).Write(statements);
            usesWidth |= text.UsesWidth;
            if (!remarks.Contains(plan.Description))
            {
                remarks.Add(plan.Description);
            }
        }

        string body = usesWidth ? $"        nuint W = (nuint)Vector<{Element}>.Count;\n" + writer : writer.ToString();
        return (body, remarks, names);
    }

    private string Method(string name, IReadOnlyList<string> remarks, string body, string twinCall)
    {
        var writer = new CodeWriter(1);
        writer.Line($"/// <remarks>{string.Join(" ", remarks)}</remarks>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {name}({Key.Signature})"))
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
