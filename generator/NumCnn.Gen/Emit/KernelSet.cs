using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Emit;

/// <summary>A kernel's method, and its twin for 512 bits.</summary>
internal sealed class Kernel(string name, KernelDraft draft)
{
    public string Name { get; } = name;

    /// <summary>The first of the drafts that it was made of.</summary>
    public KernelDraft Draft { get; } = draft;

    public bool TakesSamples => Draft.TakesSamples;

    public bool TakesItems => Draft.TakesItems;

    public string Text { get; } = draft.Text(name);

    /// <summary>The 512-bit twin; empty for a kernel without lanes.</summary>
    public string TwinText { get; set; } = string.Empty;

    /// <summary>What it computes for each of the layers that have it: the layer's formula, and of which part.</summary>
    public List<(string Summary, string Part)> Uses { get; } = [];
}

/// <summary>A call of a kernel by a step, or, for what the runtime does better, a copy.</summary>
internal sealed record KernelCall(Kernel? Kernel, LayoutCopy? Copy, string Part, IReadOnlyList<KernelArgument> Arguments, IReadOnlyList<Fetch> Fetches, IReadOnlyList<string> Scalars)
{
    public KernelCall(Kernel kernel, KernelDraft draft)
        : this(kernel, null, draft.Part, draft.Arguments, draft.Fetches, draft.Scalars)
    {
    }

    public KernelCall(LayoutCopy copy)
        : this(null, copy, string.Empty, [new(copy.Source, copy.SourceStart, "source"), new(copy.Target, copy.TargetStart, "target")], [], [])
    {
    }

    public bool TakesSamples => Kernel is { TakesSamples: true };

    public bool TakesItems => Kernel is { TakesItems: true };
}

/// <summary>A network's kernels. Layers of equal shape share one.</summary>
internal sealed class KernelSet
{
    private readonly DType _type;
    private readonly TileOverride? _tileOverride;
    private readonly Dictionary<(string Signature, string Body), Kernel> _byKey = [];
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

    /// <summary>Plans and writes the steps' kernels, on as many processors as there are: only which of them are equal, and their names, is decided in order.</summary>
    /// <param name="training">Forward's steps and Backward's.</param>
    /// <param name="predict">Predict's, which share kernels with them where they are equal.</param>
    /// <returns>What each step calls.</returns>
    public IReadOnlyDictionary<Step, IReadOnlyList<KernelCall>> Add(IEnumerable<Step> training, IReadOnlyList<Step> predict)
    {
        Step[] steps = [.. training, .. predict];
        int first = steps.Length - predict.Count;
        var drafts = Concurrently.Select(steps, step => StepKernels.Draft(step, _type, _tileOverride));
        int known = _kernels.Count;
        var calls = new Dictionary<Step, IReadOnlyList<KernelCall>>();
        for (int k = 0; k < drafts.Length; k++)
        {
            bool isPredict = k >= first;
            calls.Add(steps[k], [.. drafts[k].Select(part => part.Copy is { } copy ? new KernelCall(copy) : Call(part.Draft!, isPredict))]);
        }

        string[] twins = Concurrently.Select(_kernels.GetRange(known, _kernels.Count - known), static kernel => kernel.Draft.Twin(kernel.Name));
        for (int k = 0; k < twins.Length; k++)
        {
            _kernels[known + k].TwinText = twins[k];
        }

        return calls;
    }

    private KernelCall Call(KernelDraft draft, bool isPredict)
    {
        if (!_byKey.TryGetValue(draft.Key, out var kernel))
        {
            // Forward's may differ from Predict's in what it asks for on the way.
            string name = isPredict && _names.Contains(draft.Name) ? OfPredict(draft.Name) : draft.Name;
            while (_names.Contains(name + "512") || !_names.Add(name))
            {
                name += "_";
            }

            kernel = new Kernel(name, draft);
            _byKey.Add(draft.Key, kernel);
            _kernels.Add(kernel);
        }

        kernel.Uses.Add((draft.Summary, draft.Part));
        return new KernelCall(kernel, draft);
    }

    private static string OfPredict(string name)
    {
        const string Forward = "Forward";
        int at = name.LastIndexOf(Forward, StringComparison.Ordinal);
        return at < 0 ? name : name.Substring(0, at) + "Predict" + name.Substring(at + Forward.Length);
    }
}
