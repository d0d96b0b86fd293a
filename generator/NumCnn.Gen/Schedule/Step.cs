namespace NumCnn.Gen.Schedule;

/// <summary>How a step's work is shared out.</summary>
internal enum Domain
{
    /// <summary>Sample by sample, any thread.</summary>
    Samples,

    /// <summary>Once for the batch, by one thread, after all before it.</summary>
    Once,

    /// <summary>Independent items of the whole batch: tiles of weight gradients, transposed copies.</summary>
    Items,
}

/// <summary>When a step runs.</summary>
[Flags]
internal enum When
{
    Always = 0,
    Training = 1,
    Evaluation = 2,

    /// <summary>Only for a caller who asks for the input's gradient.</summary>
    InputGradient = 4,

    /// <summary>Not in Predict.</summary>
    NotInPredict = 8,

    /// <summary>Only while one thread does everything.</summary>
    Alone = 16,

    /// <summary>Only while several threads share the work.</summary>
    Shared = 32,
}

/// <summary>Items that several steps take in turn, so that what one leaves for the next is still in the cache.</summary>
/// <param name="count">How many.</param>
/// <param name="handsOver">What a step leaves for the next one is the turn's own, so that each thread needs memory for it.</param>
internal sealed class Turns(int count, bool handsOver)
{
    public int Count { get; } = count;

    public bool HandsOver { get; } = handsOver;

    /// <summary>What a loop over the turns is for, to its reader.</summary>
    public string Purpose => HandsOver ? "a few rows at a time: what a kernel leaves for the next one is still in the cache" : "a few channels at a time: their weights are still in the cache for the other rows";
}

/// <summary>What a step asks for while it computes.</summary>
/// <param name="Storage">A storage of the next sample.</param>
/// <param name="Lines">So many of its lines.</param>
/// <param name="First">The first of them.</param>
internal sealed record Fetch(Storage Storage, int Lines, int First = 0);

/// <summary>A call of a kernel.</summary>
internal sealed class Step
{
    public required string Kernel { get; init; }

    /// <summary>What it computes, for the kernel's documentation.</summary>
    public required string Summary { get; init; }

    public required Domain Domain { get; init; }

    public required When When { get; init; }

    public required IReadOnlyList<Nest> Nests { get; init; }

    /// <summary>The storages in the order of the kernel's parameters, with the parameters' names.</summary>
    public required IReadOnlyList<(Storage Storage, string Role)> Arguments { get; init; }

    /// <summary>Numbers that the kernel takes beside, as "name = expression"; one without a name is a statement before the call.</summary>
    public IReadOnlyList<string> Scalars { get; init; } = [];

    /// <summary>A call into the run time instead of a kernel: its text with {0}, {1}, … for the arguments' refs.</summary>
    public string? Call { get; init; }

    /// <summary>It reads what other preparations made, so that threads meet before it.</summary>
    public bool FollowsPreparations { get; init; }

    public Spec.UnrollMode Unroll { get; init; }

    /// <summary>Neighbouring steps with the same turns run item by item, all of them before any one's next item.</summary>
    public Turns? Turns { get; init; }

    /// <summary>What the next sample's steps read, and memory has to bring: the step's kernel asks for it while it computes.</summary>
    public IReadOnlyList<Fetch> Fetches { get; init; } = [];

    /// <summary>The step that this one is a part of, where it was divided: threads share the items of all parts at once.</summary>
    public Step? Whole { get; init; }

    /// <summary>What the reader of the call wonders about, beside what the kernel says itself.</summary>
    public string? Remark { get; init; }

    /// <summary>True if the kernel takes all samples of a chunk, or of the batch, at once.</summary>
    public bool TakesSamples => Nests.Any(static nest => nest.Parallel.Concat(nest.Reduction).Any(static axis => axis.IsSymbolic));

    /// <summary>Shares into which the step's work can be split among threads.</summary>
    public int Items => Nests.Count == 1 && Nests[0].Items is { } axis ? axis.Extent : 1;

    /// <summary>Calls of a sample: one, or one a turn where the step's nests are those of a turn.</summary>
    public int Calls => Turns is { } turns && Items == 1 ? turns.Count : 1;

    /// <summary>What each item reads of all samples, whichever it is: other threads may have written half of it.</summary>
    public IEnumerable<Storage> ReadByAllItems => Nests.Count == 1 && Nests[0] is { Items: { IsTrivial: false } items } nest && TakesSamples
        ? nest.Accesses().Where(access => access.Storage.Region == Region.Sample && !access.DependsOn(items)).Select(static access => access.Storage).Distinct()
        : [];

    public bool Uses(Storage storage) => Arguments.Any(argument => argument.Storage == storage);

    /// <summary>The same step on other storages.</summary>
    public Step WithStorages(IReadOnlyDictionary<Storage, Storage> storages, When? when = null, string? remark = null)
        => With(
            when ?? When,
            [.. Nests.Select(nest => nest.WithStorages(storages))],
            [.. Arguments.Select(argument => (storages.TryGetValue(argument.Storage, out var other) ? other : argument.Storage, argument.Role))],
            remark);

    /// <summary>The same step with its nests in another order.</summary>
    public Step With(IReadOnlyList<Nest> nests) => With(When, nests, Arguments, Remark);

    /// <summary>The same step without one of its nests.</summary>
    public Step Without(Nest nest)
    {
        var rest = Nests.Where(other => other != nest).ToList();
        return With(When, rest, Used(rest), Remark);
    }

    /// <summary>One of the step's nests, or what has taken its place, as a step of its own.</summary>
    public Step Part(Nest nest, string suffix, Turns? turns) => With(When, [nest], Used([nest]), Remark, suffix, this, turns);

    /// <summary>The same step, which asks for memory while it computes.</summary>
    public Step Asking(IReadOnlyList<Fetch> fetches) => With(When, Nests, Arguments, Remark, fetches: fetches);

    private IReadOnlyList<(Storage Storage, string Role)> Used(IReadOnlyList<Nest> nests)
    {
        var used = new HashSet<Storage>(nests.SelectMany(static nest => nest.Accesses()).Select(static access => access.Storage));
        return [.. Arguments.Where(argument => used.Contains(argument.Storage))];
    }

    private Step With(When when, IReadOnlyList<Nest> nests, IReadOnlyList<(Storage Storage, string Role)> arguments, string? remark, string suffix = "", Step? whole = null, Turns? turns = null, IReadOnlyList<Fetch>? fetches = null) => new()
    {
        Kernel = Kernel + suffix,
        Summary = Summary,
        Domain = Domain,
        When = when,
        Nests = nests,
        Arguments = arguments,
        Scalars = Scalars,
        Call = Call,
        FollowsPreparations = FollowsPreparations,
        Unroll = Unroll,
        Turns = turns ?? Turns,
        Fetches = fetches ?? Fetches,
        Whole = whole ?? Whole,
        Remark = remark ?? Remark,
    };
}
