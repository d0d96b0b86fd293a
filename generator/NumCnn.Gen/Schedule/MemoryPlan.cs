namespace NumCnn.Gen.Schedule;

/// <summary>
/// Places of all storages. Training keeps what Forward wrote for Backward, each in a place of its own; gradients of values, and
/// everything in Predict, make room once nobody reads them any more. What lives within the steps of one sample has a place
/// that the samples use one after another.
/// </summary>
internal sealed class MemoryPlan
{
    private const int BytesOfBlock = 64;

    private readonly int _block;
    private readonly long _few;
    private readonly Dictionary<Step, List<Storage>> _borders = [];

    private MemoryPlan(int block, SizeLimits limits) => (_block, _few) = (block, limits.Values / BytesOfBlock * block);

    /// <summary>Elements that every sample has for itself in training.</summary>
    public int SampleLength { get; private set; }

    /// <summary>Elements that a thread's samples share in training, one after another.</summary>
    public int WorkspaceLength { get; private set; }

    /// <summary>Elements of the batch's scratch in training.</summary>
    public int BatchLength { get; private set; }

    /// <summary>Elements of one shard's parameter gradients.</summary>
    public int ShardLength { get; private set; }

    /// <summary>Elements that every sample has for itself in Predict: what kernels of several samples read and write.</summary>
    public int PredictSampleLength { get; private set; }

    /// <summary>Elements that Predict's samples share, one after another.</summary>
    public int PredictSharedLength { get; private set; }

    public int PredictBatchLength { get; private set; }

    /// <summary>Elements that each thread needs of <see cref="PredictSharedLength"/> for itself, where several share a sample.</summary>
    public int PredictThreadLength { get; private set; }

    public static MemoryPlan Create(IReadOnlyList<Step> predict, IReadOnlyList<Step> forward, IReadOnlyList<Step> backward, int block, SizeLimits limits)
    {
        var plan = new MemoryPlan(block, limits);
        foreach (var nest in predict.Concat(forward).Concat(backward).SelectMany(static step => step.Nests))
        {
            foreach (var store in nest.Stores)
            {
                // Code without lanes leaves a value's padding as it finds it: zero, if nobody else was there.
                store.Target.Storage.Dedicated |= nest.Lane is null;
            }
        }

        plan.Train(forward, backward);
        plan.Predict(predict);
        return plan;
    }

    /// <summary>Images whose borders have to be set to zero before a step.</summary>
    public IReadOnlyList<Storage> BordersBefore(Step step) => _borders.TryGetValue(step, out var storages) ? storages : [];

    public static bool IsInPredict(Step step) => (step.When & (When.Training | When.InputGradient | When.NotInPredict)) == When.Always;

    private void Train(IReadOnlyList<Step> forward, IReadOnlyList<Step> backward)
    {
        var own = new Places(_block);
        var shared = new Places(_block);
        long batch = 0;
        long shard = 0;
        IReadOnlyList<Step> steps = [.. forward, .. backward];
        int[] loops = Loops(forward, backward);
        foreach (var storage in WithinLoops(steps, loops))
        {
            storage.IsTransient = !storage.Keep;
        }

        for (int k = 0; k < steps.Count; k++)
        {
            foreach (var (storage, _) in steps[k].Arguments)
            {
                if (storage.Region == Region.Sample)
                {
                    // What Forward writes, Backward may read; what Backward alone needs makes room when it was read.
                    bool forever = !storage.IsTransient && ((k < forward.Count && !storage.IsScratch) || storage.Keep);
                    Use(storage.IsTransient ? shared : own, steps, loops, k, storage, forever);
                }
                else if (storage.Region == Region.Batch && storage.Offset < 0)
                {
                    storage.Offset = checked((int)batch);
                    batch += Places.Aligned(storage.Length, _block);
                }
                else if (storage.Region == Region.Shard && storage.Offset < 0)
                {
                    storage.Offset = checked((int)shard);
                    shard += Places.Aligned(storage.Length, _block);
                }
            }
        }

        SampleLength = FirstCache.Apart(Assign(own, steps, long.MaxValue, static (storage, offset) => storage.Offset = offset), _block);
        WorkspaceLength = FirstCache.Apart(Assign(shared, steps, _few, static (storage, offset) => storage.Offset = offset), _block);
        BatchLength = checked((int)batch);
        ShardLength = FirstCache.Apart(checked((int)shard), _block);
    }

    private void Predict(IReadOnlyList<Step> steps)
    {
        long batch = 0;
        foreach (var (storage, _) in steps.SelectMany(static step => step.Arguments))
        {
            if (storage.Region == Region.Batch && storage.PredictOffset < 0)
            {
                storage.PredictOffset = checked((int)batch);
                batch += Places.Aligned(storage.Length, _block);
            }
        }

        // Whatever runs once for the batch runs before.
        steps = [.. steps.Where(static step => step.Domain != Domain.Samples), .. steps.Where(static step => step.Domain == Domain.Samples)];
        int[] loops = Loops(steps);
        foreach (var storage in WithinLoops(steps, loops))
        {
            storage.IsShared = true;
        }

        var shared = new Places(_block);
        var own = new Places(_block);
        for (int k = 0; k < steps.Count; k++)
        {
            foreach (var (storage, _) in steps[k].Arguments.Where(static argument => argument.Storage.Region == Region.Sample))
            {
                Use(storage.IsShared ? shared : own, steps, loops, k, storage, forever: false);
            }
        }

        var perThread = steps.Where(static step => step.Turns is { HandsOver: true }).SelectMany(static step => step.Arguments).Select(static argument => argument.Storage)
            .Where(static storage => storage is { IsScratch: true, IsShared: true }).ToList();
        perThread.ForEach(static storage => storage.IsPerThread = true);

        PredictBatchLength = checked((int)batch);
        PredictSharedLength = Assign(shared, steps, _few, static (storage, offset) => storage.PredictOffset = offset);
        PredictSampleLength = FirstCache.Apart(Assign(own, steps, long.MaxValue, static (storage, offset) => storage.PredictOffset = offset), _block);
        long thread = perThread.Select(storage => storage.PredictOffset + Places.Aligned(storage.Length, _block)).DefaultIfEmpty(0).Max();
        PredictThreadLength = FirstCache.Apart(checked((int)thread), _block);
    }

    /// <summary>Finds the places, and notes before which steps borders have to be written.</summary>
    /// <returns>Elements of all.</returns>
    /// <exception cref="InvalidOperationException">A border would be written outside of its storage.</exception>
    private int Assign(Places places, IReadOnlyList<Step> steps, long limit, Action<Storage, int> assign)
    {
        var placement = places.Assign(limit);
        foreach (var (storage, offset) in placement.Offsets)
        {
            assign(storage, offset);
        }

        foreach (var (step, storage) in placement.Borders)
        {
            if (storage.Geometry is not Frame frame || frame.Length > storage.Length)
            {
                throw new InvalidOperationException($"'{storage.Name}' has {storage.Length} elements and no border that can be written.");
            }

            if (!_borders.TryGetValue(steps[step], out var storages))
            {
                _borders.Add(steps[step], storages = []);
            }

            storages.Add(storage);
        }

        return checked((int)placement.Length);
    }

    /// <summary>
    /// The number of the loop over samples that each step of a direction stands in; -1 for one that takes all samples at once, or
    /// goes with the batch. Steps that go sample by sample run together until another one or the end of the stage comes between.
    /// </summary>
    public static int[] Loops(IReadOnlyList<Step> steps)
    {
        int[] loops = new int[steps.Count];
        for (int k = 0; k < loops.Length; k++)
        {
            bool isLoop = steps[k].Domain == Domain.Samples && !steps[k].TakesSamples;
            loops[k] = !isLoop ? -1 : k > 0 && loops[k - 1] >= 0 ? loops[k - 1] : k;
        }

        return loops;
    }

    /// <summary>The same for both directions, one after the other.</summary>
    public static int[] Loops(IReadOnlyList<Step> forward, IReadOnlyList<Step> backward)
        => [.. Loops(forward), .. Loops(backward).Select(loop => loop < 0 ? loop : loop + forward.Count)];

    /// <summary>Storages whose steps all stand in one loop.</summary>
    public static IReadOnlyList<Storage> WithinLoops(IReadOnlyList<Step> steps, int[] loops)
    {
        var found = new Dictionary<Storage, int>();
        for (int k = 0; k < steps.Count; k++)
        {
            foreach (var (storage, _) in steps[k].Arguments.Where(static argument => argument.Storage.Region == Region.Sample))
            {
                found[storage] = !found.TryGetValue(storage, out int before) || before == loops[k] ? loops[k] : -1;
            }
        }

        return [.. found.Where(static pair => pair.Value >= 0).Select(static pair => pair.Key)];
    }

    /// <summary>A step uses the storage, and with it all steps with which it takes turns: what one of them needs, the others' turns have to spare.</summary>
    private static void Use(Places places, IReadOnlyList<Step> steps, int[] loops, int index, Storage storage, bool forever)
    {
        int first = index;
        int last = index;
        while (steps[index].Turns is { } turns && first > 0 && steps[first - 1].Turns == turns)
        {
            first--;
        }

        while (steps[index].Turns is { } turns && last + 1 < steps.Count && steps[last + 1].Turns == turns)
        {
            last++;
        }

        places.Use(storage, first, loops[first], forever);
        places.Use(storage, last, loops[last], forever);
    }
}
