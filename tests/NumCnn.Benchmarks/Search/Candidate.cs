using NumCnn.Gen.Schedule;

namespace NumCnn.Benchmarks.Search;

/// <summary>A tile by its axes' names, so that it fits every nest of a kernel.</summary>
internal sealed record Candidate(int Vectors, string? First, int FirstTile, string? Second, int SecondTile, int SampleTile, string? Body = null, int BodyBudget = Planner.BodyBudget)
{
    private const int MostVectors = 8, MostSamples = 16;

    /// <summary>Every tile of a nest whose accumulators fit the registers.</summary>
    public static IEnumerable<Candidate> Of(Nest nest, Target target)
    {
        var shape = new TileShape(nest, target);
        var axes = nest.Sequential ? [] : shape.Axes.Where(static axis => !axis.IsSymbolic).ToList();
        var batch = shape.Axes.FirstOrDefault(static axis => axis.IsSymbolic);
        for (int vectors = 1; vectors <= Math.Min(shape.Available(), MostVectors); vectors *= 2)
        {
            if (batch is not null)
            {
                for (int samples = 1; samples <= MostSamples && shape.Fits(batch, samples, null, 1, vectors); samples++)
                {
                    yield return new(vectors, null, 1, null, 1, samples);
                }

                continue;
            }

            foreach (var body in shape.Bodies().Prepend(null))
            {
                foreach (var candidate in Rectangles(shape, axes, vectors, target.Registers / (vectors * nest.Accumulators.Count), body))
                {
                    yield return candidate;
                }
            }
        }
    }

    /// <summary>The tile as the planner takes it; null for a nest without its axes.</summary>
    public ForcedTile? For(Nest nest, Target target)
    {
        var shape = new TileShape(nest, target);
        Axis? Find(string? name) => shape.Axes.FirstOrDefault(axis => axis.Name == name);
        var (first, second) = (Find(First), Find(Second));
        if ((First is not null && first is null) || (Second is not null && second is null) || nest.Lane is null || nest.Accumulators.Count == 0)
        {
            return null;
        }

        return new()
        {
            Vectors = Vectors,
            First = first,
            FirstTile = Math.Min(FirstTile, first?.Extent ?? 1),
            Second = second,
            SecondTile = Math.Min(SecondTile, second?.Extent ?? 1),
            SampleTile = SampleTile,
            Body = shape.Bodies().FirstOrDefault(body => body.ToString() == Body),
            BodyBudget = BodyBudget,
        };
    }

    public override string ToString()
        => $"{Vectors} vectors" + (First is null ? string.Empty : $" × {FirstTile} {First}") + (Second is null ? string.Empty : $" × {SecondTile} {Second}")
            + (SampleTile > 1 ? $" × {SampleTile} samples" : string.Empty) + (Body is null ? string.Empty : $", shared by {Body}") + (BodyBudget == Planner.BodyBudget ? string.Empty : $", bodies up to {BodyBudget}");

    private static IEnumerable<Candidate> Rectangles(TileShape shape, List<Axis> axes, int vectors, int capacity, Body? body)
    {
        if (axes.Count == 0)
        {
            yield return new(vectors, null, 1, null, 1, 1, body?.ToString());
        }

        for (int a = 0; a < axes.Count; a++)
        {
            for (int firstTile = 1; firstTile <= Math.Min(capacity, axes[a].Extent); firstTile++)
            {
                if (shape.Fits(axes[a], firstTile, null, 1, vectors, body))
                {
                    yield return new(vectors, axes[a].Name, firstTile, null, 1, 1, body?.ToString());
                }

                for (int b = a + 1; b < axes.Count; b++)
                {
                    for (int secondTile = 2; firstTile * secondTile <= capacity && secondTile <= axes[b].Extent; secondTile++)
                    {
                        if (shape.Fits(axes[a], firstTile, axes[b], secondTile, vectors, body))
                        {
                            yield return new(vectors, axes[a].Name, firstTile, axes[b].Name, secondTile, 1, body?.ToString());
                        }
                    }
                }
            }
        }
    }
}
