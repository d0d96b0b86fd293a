namespace NumCnn.Gen.Schedule;

/// <summary>
/// Places of all storages. Training keeps everything, each in a place of its own, so that borders stay zero; Predict reuses
/// a place once nobody reads it any more.
/// </summary>
internal sealed class MemoryPlan
{
    private readonly int _block;

    private MemoryPlan(int block) => _block = block;

    /// <summary>Elements of a sample's workspace in training.</summary>
    public int SampleLength { get; private set; }

    /// <summary>Elements of the batch's scratch in training.</summary>
    public int BatchLength { get; private set; }

    /// <summary>Elements that every sample has for itself in Predict: what kernels of several samples read and write.</summary>
    public int PredictSampleLength { get; private set; }

    /// <summary>Elements that Predict's samples share, one after another.</summary>
    public int PredictSharedLength { get; private set; }

    public int PredictBatchLength { get; private set; }

    public static MemoryPlan Create(IReadOnlyList<Step> predict, IReadOnlyList<Step> forward, IReadOnlyList<Step> backward, int block)
    {
        var plan = new MemoryPlan(block);
        foreach (var nest in predict.Concat(forward).Concat(backward).SelectMany(static step => step.Nests))
        {
            foreach (var store in nest.Stores)
            {
                // Code without lanes leaves a value's padding as it finds it: zero, if nobody else was there.
                store.Target.Storage.Dedicated |= nest.Lane is null;
            }
        }

        plan.Train([.. forward, .. backward]);
        plan.Predict(predict);
        return plan;
    }

    public static bool IsInPredict(Step step) => (step.When & (When.Training | When.InputGradient | When.NotInPredict)) == When.Always;

    private void Train(IReadOnlyList<Step> steps)
    {
        long sample = 0;
        long batch = 0;
        foreach (var storage in steps.SelectMany(static step => step.Arguments).Select(static argument => argument.Storage))
        {
            if (storage.Offset >= 0)
            {
                continue;
            }

            if (storage.Region == Region.Sample)
            {
                storage.Offset = checked((int)sample);
                sample += Aligned(storage.Length);
            }
            else if (storage.Region == Region.Batch)
            {
                storage.Offset = checked((int)batch);
                batch += Aligned(storage.Length);
            }
        }

        SampleLength = Pitch(checked((int)sample));
        BatchLength = checked((int)batch);
    }

    private void Predict(IReadOnlyList<Step> steps)
    {
        var lives = new Dictionary<Storage, (int First, int Last)>();
        var groups = new Dictionary<Storage, HashSet<int>>();
        int group = 0;
        long batch = 0;
        for (int k = 0; k < steps.Count; k++)
        {
            // Steps that go sample by sample run together; one that takes all samples stands alone.
            group += k > 0 && (steps[k].TakesSamples || steps[k - 1].TakesSamples) ? 1 : 0;
            foreach (var (storage, _) in steps[k].Arguments)
            {
                if (storage.Region == Region.Batch && storage.PredictOffset < 0)
                {
                    storage.PredictOffset = checked((int)batch);
                    batch += Aligned(storage.Length);
                }
                else if (storage.Region == Region.Sample)
                {
                    lives[storage] = lives.TryGetValue(storage, out var life) ? (life.First, k) : (k, k);
                    if (!groups.TryGetValue(storage, out var seen))
                    {
                        groups.Add(storage, seen = []);
                        storage.IsShared = true;
                    }

                    seen.Add(group);
                    storage.IsShared &= seen.Count == 1 && !steps[k].TakesSamples;
                }
            }
        }

        PredictBatchLength = checked((int)batch);
        PredictSharedLength = checked((int)Place(lives.Where(static pair => pair.Key.IsShared)));
        PredictSampleLength = Pitch(checked((int)Place(lives.Where(static pair => !pair.Key.IsShared))));
    }

    /// <summary>Gives each storage the first place that is free during its life, the largest first.</summary>
    private long Place(IEnumerable<KeyValuePair<Storage, (int First, int Last)>> lives)
    {
        var placed = new List<(Storage Storage, int First, int Last)>();
        long end = 0;
        foreach (var pair in lives.OrderByDescending(static pair => pair.Key.Length).ThenBy(static pair => pair.Value.First).ThenBy(static pair => pair.Key.Name, StringComparer.Ordinal))
        {
            var (first, last) = pair.Key.Dedicated ? (-1, int.MaxValue) : pair.Value;
            long offset = 0;
            foreach (var other in placed.Where(other => other.First <= last && first <= other.Last).OrderBy(static other => other.Storage.PredictOffset))
            {
                if (offset + Aligned(pair.Key.Length) <= other.Storage.PredictOffset)
                {
                    break;
                }

                offset = Math.Max(offset, other.Storage.PredictOffset + Aligned(other.Storage.Length));
            }

            pair.Key.PredictOffset = checked((int)offset);
            placed.Add((pair.Key, first, last));
            end = Math.Max(end, offset + Aligned(pair.Key.Length));
        }

        return end;
    }

    private long Aligned(int length) => (length + (long)_block - 1) / _block * _block;

    /// <summary>Samples a multiple of 4 KiB apart would share cache sets.</summary>
    private int Pitch(int length) => length > 0 && length % (_block * 64) == 0 ? length + _block : length;
}
