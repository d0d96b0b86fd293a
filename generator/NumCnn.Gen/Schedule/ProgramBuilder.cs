using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

/// <summary>Collects the steps of one direction, in order.</summary>
internal sealed class ProgramBuilder
{
    private readonly List<Step> _steps = [];
    private readonly List<Step> _first = [];
    private readonly List<Step> _last = [];
    private readonly List<Step> _folds = [];

    public ProgramBuilder(DType type)
    {
        Type = type;
        Block = type == DType.Float32 ? 16 : 8;
    }

    public DType Type { get; }

    /// <summary>Elements of a 64-byte block.</summary>
    public int Block { get; }

    /// <summary>Applies to the steps that are added from now on.</summary>
    public When When { get; set; }

    /// <summary>The layer's unrolling, likewise.</summary>
    public UnrollMode Unroll { get; set; }

    /// <summary>Scratch of the batch, beside the samples' workspaces.</summary>
    public static Storage Scratch(string name, int length) => new(name, Region.Batch, length);

    /// <summary>Adds steps that only a caller who asks for the input's gradient needs, unless the value trains something.</summary>
    public void ForGradientOf(bool trains, Action add)
    {
        var before = When;
        When |= trains ? When.Always : When.InputGradient;
        add();
        When = before;
    }

    /// <summary>All steps: those that prepare copies of weights, the chain, and the weight gradients, which wait for nobody.</summary>
    public IReadOnlyList<Step> Steps => [.. _first, .. _steps, .. _last, .. _folds];

    public void Add(string kernel, string summary, Nest nest, params (Storage, string)[] roles) => Add(kernel, summary, Domain.Samples, [nest], roles);

    public void Add(string kernel, string summary, Domain domain, IReadOnlyList<Nest> nests, IReadOnlyList<(Storage Storage, string Role)> roles, When when = When.Always, params string[] scalars)
    {
        var step = new Step
        {
            Kernel = kernel,
            Summary = summary,
            Domain = domain,
            When = When | when,
            Nests = nests,
            Arguments = Used(nests, roles),
            Scalars = scalars,
            Unroll = Unroll,
        };
        _steps.Add(step);
    }

    /// <summary>A copy of weights in another order, made before the chain starts.</summary>
    public void AddPreparation(string kernel, string summary, IReadOnlyList<Nest> nests, params (Storage, string)[] roles)
        => _first.Add(new Step { Kernel = kernel, Summary = summary, Domain = Domain.Items, When = When, Nests = nests, Arguments = Used(nests, roles), Unroll = Unroll });

    /// <summary>
    /// A parameter's gradient. Threads share its items after the chain, each walking all samples in order. A single thread
    /// does it within the chain, while the sample's values are still in the cache: the order of every sum is the same.
    /// </summary>
    public void AddParameterGradient(string kernel, string summary, Nest nest, params (Storage, string)[] roles)
    {
        Step Create(Domain domain, When when) => new()
        {
            Kernel = kernel,
            Summary = summary,
            Domain = domain,
            When = When | when,
            Nests = [nest],
            Arguments = Used([nest], roles),
            Unroll = Unroll,
        };

        var shared = Create(Domain.Items, When.Always);
        if (shared.TakesSamples)
        {
            _last.Add(shared);
        }
        else
        {
            _steps.Add(Create(Domain.Samples, When.Alone));
            _last.Add(Create(Domain.Items, When.Shared));
        }
    }

    /// <summary>
    /// A parameter's gradient by lanes: sums in scratch that starts from zero, to which every sample adds and which is folded at
    /// the end.
    /// </summary>
    public void AddParameterGradient(string kernel, string summary, Nest nest, Nest fold, Storage sums, IReadOnlyList<(Storage, string)> roles)
    {
        var zero = Nests.Fill(summary, sums, 0, Block);
        _first.Add(new Step { Kernel = kernel + "Start", Summary = summary, Domain = Domain.Items, When = When, Nests = [zero], Arguments = Used([zero], roles), Unroll = Unroll });
        AddParameterGradient(kernel, summary, nest, [.. roles.Where(role => nest.Accesses().Any(access => access.Storage == role.Item1))]);
        _folds.Add(new Step { Kernel = kernel + "Fold", Summary = summary, Domain = Domain.Once, When = When, Nests = [fold], Arguments = Used([fold], roles), Unroll = Unroll });
    }

    /// <summary>A call of the run time for each sample.</summary>
    public void AddCall(string summary, string call, When when, params (Storage, string)[] arguments)
        => _steps.Add(new Step { Kernel = string.Empty, Summary = summary, Domain = Domain.Samples, When = When | when, Nests = [], Arguments = arguments, Call = call });

    /// <summary>The arguments that the nests use, in the order given, and an error for one that has no role.</summary>
    private static IReadOnlyList<(Storage Storage, string Role)> Used(IReadOnlyList<Nest> nests, IReadOnlyList<(Storage Storage, string Role)> roles)
    {
        var used = new HashSet<Storage>(nests.SelectMany(static nest => nest.Accesses()).Select(static access => access.Storage));
        var result = new List<(Storage Storage, string Role)>();
        foreach (var role in roles)
        {
            if (used.Remove(role.Storage))
            {
                result.Add(role);
            }
        }

        if (used.Count > 0)
        {
            throw new InvalidOperationException($"{nests[0].Title}: '{used.First().Name}' has no role.");
        }

        return result;
    }
}
