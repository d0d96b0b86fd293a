using NumCnn.Gen.Graph;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

/// <summary>Collects the steps of one direction, in order.</summary>
internal sealed class ProgramBuilder
{
    /// <summary>Elements of a parameter up to which every shard of the samples has a gradient of its own: 256 KiB of float32.</summary>
    public const int LargestShard = 1 << 16;

    private readonly List<Step> _steps = [];
    private readonly List<Step> _first = [];
    private readonly List<Step> _second = [];
    private readonly List<Step> _last = [];
    private readonly List<Step> _folds = [];
    private readonly List<Step> _ends = [];
    private readonly SizeLimits _limits;

    /// <param name="type">The elements.</param>
    /// <param name="limits">What counts as large.</param>
    public ProgramBuilder(DType type, SizeLimits limits)
    {
        Type = type;
        Block = type == DType.Float32 ? 16 : 8;
        _limits = limits;
    }

    public DType Type { get; }

    /// <summary>Elements of a 64-byte block.</summary>
    public int Block { get; }

    /// <summary>Sums over the samples of a shard.</summary>
    public static Storage Shard(string name, int length) => new(name, Region.Shard, length);

    /// <summary>False for a network so small that a batch is not worth the sums of its shards.</summary>
    public bool InShards { get; init; }

    /// <summary>Applies to the steps that are added from now on.</summary>
    public When When { get; set; }

    /// <summary>The layer's unrolling, likewise.</summary>
    public UnrollMode Unroll { get; set; }

    /// <summary>Scratch of the batch, beside the samples' workspaces.</summary>
    public Storage Scratch(string name, int length) => new(name, Region.Batch, length) { IsStreamed = _limits.IsStreamed(length, Type) };

    /// <summary>Adds steps that only a caller who asks for the input's gradient needs, unless the value trains something.</summary>
    public void ForGradientOf(bool trains, Action add)
    {
        var before = When;
        When |= trains ? When.Always : When.InputGradient;
        add();
        When = before;
    }

    /// <summary>
    /// All steps: those that prepare copies of weights, the chain, and the weight gradients, which wait for nobody. These go from the first layer
    /// to the last, as the parameters lie: the thread that computes the first half of them is then the one that the optimizer gives it to.
    /// </summary>
    public IReadOnlyList<Step> Steps => [.. _first, .. _second, .. _steps, .. Enumerable.Reverse(_last), .. Enumerable.Reverse(_folds), .. _ends];

    public void Add(string kernel, string summary, Nest nest, params (Storage, string)[] roles) => Add(kernel, summary, Domain.Samples, [nest], roles);

    /// <summary>Adds a step of each sample that may take turns with its neighbours.</summary>
    public void Add(string kernel, string summary, IReadOnlyList<Nest> nests, IReadOnlyList<(Storage Storage, string Role)> roles, Turns? turns)
        => _steps.Add(new Step { Kernel = kernel, Summary = summary, Domain = Domain.Samples, When = When, Nests = nests, Arguments = Used(nests, roles), Unroll = Unroll, Turns = turns });

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

    /// <summary>Weights in another order, or transformed, before the chain starts; from the parameters, or from what other preparations made of them.</summary>
    public void AddPreparation(string kernel, string summary, IReadOnlyList<Nest> nests, params (Storage Storage, string Role)[] roles)
    {
        bool follows = _first.Exists(step => step.Nests.SelectMany(static nest => nest.Stores).Any(store => roles.Any(role => role.Storage == store.Target.Storage)));
        var step = new Step { Kernel = kernel, Summary = summary, Domain = Domain.Items, When = When, Nests = nests, Arguments = Used(nests, roles), Unroll = Unroll, FollowsPreparations = follows };
        (follows ? _second : _first).Add(step);
    }

    /// <summary>
    /// A parameter's gradient. Kernels that take all samples at once run after the chain, and threads share their items. Others
    /// go with the chain, while a sample's values are in the cache: into sums of the sample's shard, which are added in
    /// order at the end, so that threads share whole shards. Where shards would cost too much memory, a thread that is alone
    /// adds up within the chain, and several share items after it, in the same order.
    /// </summary>
    public void AddParameterGradient(string kernel, string summary, IReadOnlyList<Nest> nests, params (Storage Storage, string Role)[] roles)
    {
        if (nests.Any(static nest => nest.Parallel.Concat(nest.Reduction).Any(static axis => axis.IsSymbolic)))
        {
            _last.Add(Create(kernel, summary, Domain.Items, When.Always, nests, roles));
            return;
        }

        var gradients = roles.Where(static role => role.Storage.Region == Region.Gradients).ToList();
        if (!InShards || gradients.Sum(static role => (long)role.Storage.Length) > LargestShard)
        {
            _steps.Add(Create(kernel, summary, Domain.Samples, When.Alone, nests, roles));
            _last.Add(Create(kernel, summary, Domain.Items, When.Shared, nests, roles));
            return;
        }

        var shards = gradients.ToDictionary(static role => role.Storage, static role => new Storage(role.Storage.Name + " of a shard", Region.Shard, role.Storage.Length));
        var replaced = nests.Select(nest => nest.WithStorages(shards)).ToList();
        replaced.ForEach(static nest => nest.Items = null);
        _steps.Add(Create(kernel, summary, Domain.Samples, When.Always, replaced, [.. roles.Select(role => shards.TryGetValue(role.Storage, out var shard) ? (shard, role.Role) : role)]));
        foreach (var (gradient, role) in gradients)
        {
            string sumSummary = summary + ", the shards added in order";
            var sum = Nests.SumShards(sumSummary, shards[gradient], gradient, Block);
            _folds.Add(Create(kernel + "Sum", sumSummary, Domain.Items, When.Always, [sum], [(shards[gradient], "shard"), (gradient, role)]));
        }
    }

    /// <summary>
    /// A parameter's gradient from sums in another form, which the fold turns into it at the end of the batch: each sum by lanes,
    /// in the order of the pixels that it reads, or at the points of Winograd's algorithm.
    /// </summary>
    public void AddParameterGradient(
        string kernel, string summary, string foldSummary, Nest nest, IReadOnlyList<Nest> fold, Storage partial, (Storage Storage, string Role) sums, IReadOnlyList<(Storage Storage, string Role)> roles, Turns? turns = null)
    {
        Add(kernel, summary, [nest], [.. roles.Where(role => nest.Accesses().Any(access => access.Storage == role.Storage))], turns);
        string sumSummary = summary + ", the shards added in order";
        var sum = Nests.SumShards(sumSummary, partial, sums.Storage, Block);
        _folds.Insert(0, Create(kernel + "Sum", sumSummary, Domain.Items, When.Always, [sum], [(partial, "shard"), (sums.Storage, "sums")]));
        _ends.Add(Create(kernel + "Fold", foldSummary, Domain.Once, When.Always, fold, [sums, .. roles]));
    }

    private Step Create(string kernel, string summary, Domain domain, When when, IReadOnlyList<Nest> nests, IReadOnlyList<(Storage Storage, string Role)> roles) => new()
    {
        Kernel = kernel,
        Summary = summary,
        Domain = domain,
        When = When | when,
        Nests = nests,
        Arguments = Used(nests, roles),
        Unroll = Unroll,
    };

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
