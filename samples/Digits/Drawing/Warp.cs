namespace Samples.Digits.Drawing;

/// <summary>
/// A smooth random displacement of the plane around the unit square (an elastic distortion): independent normal vectors on
/// a coarse lattice, blended in between.
/// </summary>
internal sealed class Warp
{
    private const int Cells = 2;
    private readonly (double X, double Y)[] lattice = new (double, double)[(Cells + 1) * (Cells + 1)];

    /// <param name="dice">Where the vectors come from.</param>
    /// <param name="deviation">Standard deviation of a displacement, as a share of the digit's height.</param>
    public Warp(Dice dice, double deviation)
    {
        for (int i = 0; i < lattice.Length; i++)
        {
            lattice[i] = (dice.Normal(deviation), dice.Normal(deviation));
        }
    }

    /// <summary>The point, displaced.</summary>
    public (double X, double Y) Apply((double X, double Y) point)
    {
        (int column, double u) = Cell(point.X);
        (int row, double v) = Cell(point.Y);
        var a = lattice[(row * (Cells + 1)) + column];
        var b = lattice[(row * (Cells + 1)) + column + 1];
        var c = lattice[((row + 1) * (Cells + 1)) + column];
        var d = lattice[((row + 1) * (Cells + 1)) + column + 1];
        return (point.X + Mix(Mix(a.X, b.X, u), Mix(c.X, d.X, u), v), point.Y + Mix(Mix(a.Y, b.Y, u), Mix(c.Y, d.Y, u), v));
    }

    private static (int Cell, double Share) Cell(double coordinate)
    {
        double place = Math.Clamp(coordinate, 0, 1) * Cells;
        int cell = Math.Min((int)place, Cells - 1);
        double t = place - cell;
        return (cell, t * t * (3 - (2 * t))); // smooth at the lattice lines, or strokes would kink there
    }

    private static double Mix(double a, double b, double t) => a + ((b - a) * t);
}
