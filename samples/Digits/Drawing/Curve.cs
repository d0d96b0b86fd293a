namespace Samples.Digits.Drawing;

/// <summary>Turns the few points of a stroke into a fine line.</summary>
internal static class Curve
{
    private const int Steps = 8, Smoothings = 40;

    /// <summary>
    /// A Catmull-Rom curve along the points, as a poly-line of <see cref="Steps"/> pieces between two of them, then smoothed.
    /// A point given twice ends one curve and begins the next: a corner.
    /// </summary>
    public static List<(double X, double Y)> Through(ReadOnlySpan<(double X, double Y)> points)
    {
        var line = new List<(double X, double Y)>();
        int start = 0;
        for (int i = 1; i <= points.Length; i++)
        {
            if (i == points.Length || points[i] == points[i - 1])
            {
                int first = line.Count;
                AddSmooth(points[start..i], line);
                Smooth(line, first);
                start = i;
            }
        }

        return line;
    }

    private static void AddSmooth(ReadOnlySpan<(double X, double Y)> points, List<(double X, double Y)> line)
    {
        for (int i = 0; i + 1 < points.Length; i++)
        {
            var before = points[Math.Max(i - 1, 0)];
            var from = points[i];
            var to = points[i + 1];
            var after = points[Math.Min(i + 2, points.Length - 1)];
            for (int step = i == 0 ? 0 : 1; step <= Steps; step++)
            {
                double t = (double)step / Steps;
                line.Add((Blend(before.X, from.X, to.X, after.X, t), Blend(before.Y, from.Y, to.Y, after.Y, t)));
            }
        }
    }

    // A hand does not turn at the model's points: binomial smoothing spreads the bends evenly. The ends stay where they are.
    private static void Smooth(List<(double X, double Y)> line, int first)
    {
        for (int pass = 0; pass < Smoothings; pass++)
        {
            var before = line[first];
            for (int i = first + 1; i + 1 < line.Count; i++)
            {
                var here = line[i];
                line[i] = (0.25 * (before.X + (2 * here.X) + line[i + 1].X), 0.25 * (before.Y + (2 * here.Y) + line[i + 1].Y));
                before = here;
            }
        }
    }

    private static double Blend(double a, double b, double c, double d, double t)
        => b + (0.5 * t * (c - a + (t * ((2 * a) - (5 * b) + (4 * c) - d + (t * ((3 * (b - c)) + d - a))))));
}
