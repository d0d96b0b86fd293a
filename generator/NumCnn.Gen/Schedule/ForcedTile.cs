namespace NumCnn.Gen.Schedule;

/// <summary>A tile in place of the planner's choice, for the search over all tiles and for tests of what a wrong one would do.</summary>
internal sealed record ForcedTile
{
    /// <summary>Vectors of the tile, along the lanes and over blocks.</summary>
    public int Vectors { get; set; } = 1;

    public Axis? First { get; set; }

    public int FirstTile { get; set; } = 1;

    public Axis? Second { get; set; }

    public int SecondTile { get; set; } = 1;

    /// <summary>Samples of the tile where a nest runs over the batch.</summary>
    public int SampleTile { get; set; } = 1;

    /// <summary>Steps that share their loads; null for steps that stand for themselves.</summary>
    public Body? Body { get; set; }

    /// <summary>Statements up to which a loop's body is unrolled.</summary>
    public int BodyBudget { get; set; } = Planner.BodyBudget;
}

/// <summary>Gives a nest a tile; null leaves the choice to the planner.</summary>
internal delegate ForcedTile? TileOverride(Nest nest, Target target);
