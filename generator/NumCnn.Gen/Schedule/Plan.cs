namespace NumCnn.Gen.Schedule;

/// <summary>A stretch of an axis that a loop covers in steps of a tile.</summary>
internal sealed class Range
{
    public Range(int start, int end, int tile)
    {
        Start = start;
        End = end;
        Tile = tile;
    }

    public int Start { get; }

    /// <summary>Behind the last; <see cref="Axis.Symbolic"/> ranges leave it at 0.</summary>
    public int End { get; }

    /// <summary>Iterations that one step of the loop covers, unrolled.</summary>
    public int Tile { get; }
}

/// <summary>A rectangle of the parallel space that one register tile covers.</summary>
internal sealed class Piece
{
    /// <summary>A range for each parallel axis but the lane.</summary>
    public Dictionary<Axis, Range> Ranges { get; } = [];

    /// <summary>Vectors along the lane axis in one tile.</summary>
    public int LaneVectors { get; set; } = 1;

    /// <summary>What the steps of the body share: each of its elements is loaded once for all of them. Null where they share nothing.</summary>
    public Access? Shared { get; set; }

    /// <summary>No loops at all: the steps stand one after another.</summary>
    public bool Straight { get; set; }
}

/// <summary>How a nest runs: rectangles, lanes, and how far each reduction axis is unrolled.</summary>
internal sealed class Plan
{
    public List<Piece> Pieces { get; } = [];

    /// <summary>Iterations unrolled in one step of a reduction loop; the whole extent for no loop.</summary>
    public Dictionary<Axis, int> Unroll { get; } = [];

    /// <summary>What comes from memory at each call, and is asked for before it is read; null for none.</summary>
    public Access? Stream { get; set; }

    /// <summary>What the plan chose, for the kernel's comment.</summary>
    public string Description { get; set; } = string.Empty;

    /// <summary>Vector statements of the emitted text, about.</summary>
    public int Statements { get; set; }
}
