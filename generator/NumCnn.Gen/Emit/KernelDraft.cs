using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Emit;

/// <summary>A nest with its plans.</summary>
/// <param name="Nest">What is computed, merged.</param>
/// <param name="OnVector">How it runs on <c>Vector</c>, or without lanes.</param>
/// <param name="Twin">How it runs on 512 bits; the same plan without lanes.</param>
internal sealed record PlannedNest(Nest Nest, (Plan Plan, Target Target) OnVector, (Plan Plan, Target Target) Twin);

/// <summary>What a kernel is called with.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Start">Elements from its start to where the parameter points.</param>
/// <param name="Role">The parameter's name, if no other has it.</param>
internal sealed record KernelArgument(Storage Storage, int Start, string Role);

/// <summary>A kernel that has no name yet: its parameters, and its code on <c>Vector</c>, by which equal kernels are known.</summary>
internal sealed class KernelDraft
{
    private readonly Step _step;
    private readonly IReadOnlyList<PlannedNest> _nests;
    private readonly DType _type;
    private readonly string _forwarded;
    private readonly IReadOnlyList<string> _remarks;
    private readonly bool _hasLanes;

    /// <param name="step">The step.</param>
    /// <param name="planned">Those of its nests that the kernel computes.</param>
    /// <param name="suffix">What tells the step's kernels apart; empty where it is the only one.</param>
    /// <param name="type">The element type.</param>
    /// <param name="fetches">What it asks for on the way.</param>
    public KernelDraft(Step step, IReadOnlyList<PlannedNest> planned, string suffix, DType type, IReadOnlyList<Fetch> fetches)
    {
        Fetches = fetches;
        _step = step;
        _nests = planned;
        _type = type;
        var nests = planned.Select(static nest => nest.Nest).ToList();
        var used = new HashSet<Storage>(nests.SelectMany(static nest => nest.Accesses()).Select(static access => access.Storage));
        var symbolic = nests.SelectMany(static nest => nest.Parallel.Concat(nest.Reduction)).FirstOrDefault(static axis => axis.IsSymbolic);
        Name = MethodName(step.Kernel) + suffix;
        Arguments = [.. step.Arguments.Where(argument => used.Contains(argument.Storage)).Select(argument => new KernelArgument(argument.Storage, Start(argument.Storage, nests), argument.Role))];
        Part = nests.Count == 1 ? nests[0].Part : string.Empty;
        Scalars = [.. step.Scalars.Where(static scalar => scalar.Contains('=')).Select(static scalar => scalar.Substring(0, scalar.IndexOf('=')).Trim())];
        TakesSamples = symbolic is not null;
        TakesItems = nests.Exists(static nest => nest.Items is { IsTrivial: false });
        _hasLanes = nests.Exists(static nest => nest.Lane is not null);
        (string body, _remarks, var names) = Lower(twin: false);

        var parameters = new List<(string Type, string Name)>();
        parameters.AddRange(Arguments.Select(argument => ($"ref {Element} ", names.OfStorage(argument.Storage))));
        parameters.AddRange(Fetches.Select((_, k) => ($"ref {Element} ", names.OfFetch(k))));
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

    /// <summary>Which elements it computes, where the step's other kernels compute the others; otherwise empty.</summary>
    public string Part { get; }

    public IReadOnlyList<KernelArgument> Arguments { get; }

    public IReadOnlyList<Fetch> Fetches { get; }

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

        var (body, remarks, _) = Lower(twin: true);
        return Method(name + "512", remarks, body, string.Empty);
    }

    /// <summary>
    /// Where a parameter begins: at the first element that is used, and not at that of its storage. So layers and their parts that differ in where they begin
    /// alone, such as an image's first and last rows, have one kernel.
    /// </summary>
    private static int Start(Storage storage, IReadOnlyList<Nest> nests)
        => nests.SelectMany(static nest => nest.Accesses()).Where(access => access.Storage == storage).Min(static access => access.First);

    private static string MethodName(string kernel)
    {
        int dot = kernel.LastIndexOf('.');
        return MemberNames.Of(kernel.Substring(0, dot)) + kernel.Substring(dot + 1);
    }

    private (string Body, IReadOnlyList<string> Remarks, KernelNames Names) Lower(bool twin)
    {
        var names = new KernelNames();
        foreach (string scalar in Scalars)
        {
            names.Claim(scalar);
        }

        foreach (var (storage, start, role) in Arguments)
        {
            names.AddParameter(storage, role, start);
        }

        names.AddFetches(Fetches.Count);
        List<(Nest Nest, Plan Plan, Target Target)> planned = [.. _nests.Select(nest => twin ? (nest.Nest, nest.Twin.Plan, nest.Twin.Target) : (nest.Nest, nest.OnVector.Plan, nest.OnVector.Target))];
        int every = Fetches.Count == 0 ? 1 : FetchPlaces.Every(planned, Fetches.Max(fetch => Share(fetch.Lines, _step.Calls)));
        int places = _step.Calls * planned.Sum(nest => FetchPlaces.Of(nest.Nest, nest.Plan, nest.Target, every).Count);
        var fetches = Fetches.Select((fetch, k) => (names.OfFetch(k), Share(fetch.Lines, places))).ToList();
        static int Share(int lines, int places) => (lines + places - 1) / places;

        var writer = new CodeWriter(2);

        // Where nests are planned differently, each that differs from the one before says how it runs.
        var remarks = _nests.Select(nest => (twin ? nest.Twin : nest.OnVector).Plan.Description).Distinct(StringComparer.Ordinal).ToList();
        bool areAlike = remarks.Count == 1;
        remarks = areAlike ? remarks : [];
        string said = string.Empty;
        bool usesWidth = false;
        foreach (var (nest, onVector, onTwin) in _nests)
        {
            var (plan, target) = twin ? onTwin : onVector;
            names.Push();
            var statements = Lowering.Lower(nest, plan, target, names, fetches, every);
            names.Pop();
            BoundsProof.Check(Name, statements, target);
            if (_nests.Count > 1 && !statements.TrueForAll(static statement => statement is LoopStatement or BlockStatement))
            {
                // Its locals are nothing to the other nests.
                statements = [new BlockStatement(statements)];
            }

            if (nest.Part.Length > 0 && _nests.Count > 1)
            {
                writer.Line("// " + nest.Part);
            }

            if (!areAlike && plan.Description != said)
            {
                said = plan.Description;
                writer.Line("// " + said);
            }

            var text = new VectorText(target);
            new StatementWriter(writer, text).Write(statements);
            usesWidth |= text.UsesWidth;
        }

        if (Fetches.Count > 0)
        {
            remarks.Add("On the way it asks for lines that the next sample's kernels will read: next moves on with them, and is not read itself.");
        }

        string body = usesWidth ? $"        nuint W = (nuint)Vector<{Element}>.Count;\n" + writer : writer.ToString();
        return (body, remarks, names);
    }

    private string Method(string name, IReadOnlyList<string> remarks, string body, string twinCall)
    {
        var writer = new CodeWriter(1);
        if (remarks.Count > 0)
        {
            writer.Line($"/// <remarks>{string.Join(" ", remarks)}</remarks>");
        }

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
