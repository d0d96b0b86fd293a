namespace NumCnn.Gen.Schedule;

/// <summary>
/// Finds a place for each storage so that two share memory only if they never live at the same time. Where zeros have to
/// stay zeros, a place is taken over by storages of the same geometry only, or the zeros are written anew.
/// </summary>
internal sealed class Places
{
    private readonly int _block;
    private readonly List<Life> _lives = [];
    private readonly Dictionary<Storage, Life> _known = [];

    public Places(int block) => _block = block;

    /// <summary>A step uses the storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="step">The step's number.</param>
    /// <param name="loop">The loop over samples that the step stands in.</param>
    /// <param name="forever">Whether it is read after the last step.</param>
    public void Use(Storage storage, int step, int loop, bool forever)
    {
        if (!_known.TryGetValue(storage, out var life))
        {
            life = new Life(storage) { First = step, Loop = loop };
            _known.Add(storage, life);
            _lives.Add(life);
        }

        life.Last = step;
        life.IsForever |= forever;
    }

    /// <summary>Gives each storage an offset.</summary>
    /// <param name="limit">Elements from which on images give up their borders' places, and with them their zeros, to others.</param>
    public Placement Assign(long limit)
    {
        var kept = Place(Slots(framesEnd: false));
        if (kept.Length <= limit)
        {
            return kept;
        }

        var ended = Place(Slots(framesEnd: true));
        return ended.Length < kept.Length ? ended : kept;
    }

    public static long Aligned(int length, int block) => (length + (long)block - 1) / block * block;

    private Placement Place(List<Slot> slots)
    {
        var placed = new List<(Slot Slot, long Offset, long End)>();

        // The largest first; but each thread has for itself what lies up to the last storage of its own.
        foreach (var slot in slots.OrderByDescending(static slot => slot.Lives[0].Storage.IsPerThread).ThenByDescending(static slot => slot.Length).ThenBy(static slot => slot.First).ThenBy(static slot => slot.Lives[0].Storage.Name, StringComparer.Ordinal))
        {
            long offset = 0;
            long length = Aligned(slot.Length, _block);
            foreach (var other in placed.Where(other => other.Slot.First <= slot.Last && slot.First <= other.Slot.Last).OrderBy(static other => other.Offset))
            {
                if (offset + length <= other.Offset)
                {
                    break;
                }

                offset = Math.Max(offset, other.End);
            }

            placed.Add((slot, offset, offset + length));
        }

        // Zeros that nobody else writes over stay from the first time on; others are written anew for each sample, before the first of a loop's storages.
        var borders = placed.Where(own => own.Slot.Lives[0].Storage.Geometry is Frame && placed.Exists(other => other.Slot != own.Slot && other.Offset < own.End && own.Offset < other.End));
        return new(
            placed.Select(static slot => slot.End).DefaultIfEmpty(0).Max(),
            [.. placed.SelectMany(static own => own.Slot.Lives.Select(life => (life.Storage, checked((int)own.Offset))))],
            [.. borders.SelectMany(static own => own.Slot.Lives.GroupBy(static life => life.Loop)).Select(static lives => (lives.First().First, lives.First().Storage))]);
    }

    /// <summary>Storages of one geometry that live one after another share a slot, which nothing else uses: ever, or while they live.</summary>
    /// <param name="framesEnd">Slots of images whose zeros can be written anew end with them.</param>
    private List<Slot> Slots(bool framesEnd)
    {
        var slots = new List<Slot>();
        var open = new List<(object Geometry, Slot Slot, int Last)>();
        foreach (var life in _lives.OrderBy(static life => life.First))
        {
            bool forever = life.IsForever || life.Storage.Dedicated;
            if (forever || life.Storage.Geometry is not { } geometry)
            {
                slots.Add(forever ? new Slot(-1, int.MaxValue, life) : new Slot(life.First, life.Last, life));
                continue;
            }

            // A slot that ends waits for another storage only if nobody else could begin there meanwhile.
            bool ends = framesEnd && geometry is Frame;
            bool Waits(int last) => !_lives.Exists(other => other.First > last && other.First < life.First);
            int at = open.FindIndex(slot => slot.Geometry.Equals(geometry) && slot.Slot.Length == life.Storage.Length && slot.Last < life.First && (!ends || Waits(slot.Last)));
            if (at >= 0)
            {
                var slot = open[at].Slot;
                slot.Lives.Add(life);
                slot.Last = Math.Max(slot.Last, life.Last);
                open[at] = (geometry, slot, life.Last);
            }
            else
            {
                var slot = ends ? new Slot(life.First, life.Last, life) : new Slot(-1, int.MaxValue, life);
                slots.Add(slot);
                open.Add((geometry, slot, life.Last));
            }
        }

        return slots;
    }

    private sealed class Life(Storage storage)
    {
        public Storage Storage { get; } = storage;

        public int First { get; init; }

        public int Last { get; set; }

        public int Loop { get; init; }

        public bool IsForever { get; set; }
    }

    private sealed class Slot(int first, int last, Life life)
    {
        public int First { get; } = first;

        public int Last { get; set; } = last;

        public List<Life> Lives { get; } = [life];

        public int Length => Lives[0].Storage.Length;
    }
}

/// <summary>Where storages lie.</summary>
/// <param name="Length">Elements of all.</param>
/// <param name="Offsets">Each one's first element.</param>
/// <param name="Borders">Images whose zeros have to be written before a step, since others have written over them.</param>
internal sealed record Placement(long Length, IReadOnlyList<(Storage Storage, int Offset)> Offsets, IReadOnlyList<(int Step, Storage Storage)> Borders);
