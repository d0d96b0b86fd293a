namespace NumCnn.Gen.Schedule;

/// <summary>
/// Finds a place for each storage so that two share memory only if they never live at the same time. Where zeros have to
/// stay zeros, a place is taken over by storages of the same geometry only.
/// </summary>
internal sealed class Places
{
    private readonly int _block;
    private readonly List<Life> _lives = [];
    private readonly Dictionary<Storage, Life> _known = [];

    public Places(int block) => _block = block;

    /// <summary>A step uses the storage.</summary>
    public void Use(Storage storage, int step, bool forever)
    {
        if (!_known.TryGetValue(storage, out var life))
        {
            life = new Life(storage) { First = step };
            _known.Add(storage, life);
            _lives.Add(life);
        }

        life.Last = step;
        life.IsForever |= forever;
    }

    /// <summary>Gives each storage an offset; the result is the length of all.</summary>
    public long Assign(Action<Storage, int> assign)
    {
        var placed = new List<(Slot Slot, long Offset)>();
        long end = 0;
        foreach (var slot in Slots().OrderByDescending(static slot => slot.Length).ThenBy(static slot => slot.First).ThenBy(static slot => slot.Storages[0].Name, StringComparer.Ordinal))
        {
            long offset = 0;
            long length = Aligned(slot.Length, _block);
            foreach (var (other, otherOffset) in placed.Where(other => other.Slot.First <= slot.Last && slot.First <= other.Slot.Last).OrderBy(static other => other.Offset))
            {
                if (offset + length <= otherOffset)
                {
                    break;
                }

                offset = Math.Max(offset, otherOffset + Aligned(other.Length, _block));
            }

            placed.Add((slot, offset));
            end = Math.Max(end, offset + length);
            foreach (var storage in slot.Storages)
            {
                assign(storage, checked((int)offset));
            }
        }

        return end;
    }

    public static long Aligned(int length, int block) => (length + (long)block - 1) / block * block;

    /// <summary>Storages of one geometry that live one after another share a slot, which nothing else ever uses.</summary>
    private List<Slot> Slots()
    {
        var slots = new List<Slot>();
        var open = new List<(object Geometry, Slot Slot, int Last)>();
        foreach (var life in _lives.OrderBy(static life => life.First))
        {
            bool forever = life.IsForever || life.Storage.Dedicated;
            if (forever || life.Storage.Geometry is not { } geometry)
            {
                slots.Add(forever ? new Slot(-1, int.MaxValue, life.Storage) : new Slot(life.First, life.Last, life.Storage));
                continue;
            }

            int at = open.FindIndex(slot => slot.Geometry.Equals(geometry) && slot.Slot.Length == life.Storage.Length && slot.Last < life.First);
            if (at >= 0)
            {
                open[at].Slot.Storages.Add(life.Storage);
                open[at] = (geometry, open[at].Slot, life.Last);
            }
            else
            {
                var slot = new Slot(-1, int.MaxValue, life.Storage);
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

        public bool IsForever { get; set; }
    }

    private sealed class Slot(int first, int last, Storage storage)
    {
        public int First { get; } = first;

        public int Last { get; } = last;

        public List<Storage> Storages { get; } = [storage];

        public int Length => Storages[0].Length;
    }
}
