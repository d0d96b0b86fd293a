namespace Samples.Digits.Drawing;

/// <summary>Writes digits as different people do: each image has a hand, a pen and a mood of its own.</summary>
internal static class Handwriting
{
    private const double SlipShare = 0.06; // how many are written in a hurry

    /// <summary>Writes one digit into 28 × 28 bytes, which are zero before.</summary>
    public static void Write(int digit, Dice dice, Memory<byte> pixels)
    {
        // How far the hand strays from the model, as a share of the digit's height.
        double unrest = Math.Min(0.05, 0.017 * Math.Exp(dice.Normal(0.45))) * (dice.Chance(SlipShare) ? 1.9 : 1);
        (double X, double Y)[][] variant = Pick(Glyphs.Of(digit), dice);
        var warp = new Warp(dice, 3.2 * unrest);
        var strokes = new List<List<(double X, double Y)>>();
        foreach ((double X, double Y)[] model in variant)
        {
            strokes.Add(Curve.Through(Displace(model, dice, 0.6 * unrest, warp)));
        }

        Shape(strokes, digit, dice);
        Ink(strokes, dice, new Canvas(pixels));
    }

    // The commoner variants stand first; the later ones get less.
    private static (double X, double Y)[][] Pick((double X, double Y)[][][] variants, Dice dice)
        => variants[Math.Min(dice.Below(variants.Length), dice.Below(variants.Length + 1))];

    // Before the curve is drawn, so that it stays smooth; a corner's two points stay one.
    private static (double X, double Y)[] Displace((double X, double Y)[] model, Dice dice, double deviation, Warp warp)
    {
        var points = new (double X, double Y)[model.Length];
        for (int i = 0; i < model.Length; i++)
        {
            bool corner = i > 0 && model[i] == model[i - 1];
            points[i] = corner ? points[i - 1] : warp.Apply((model[i].X + dice.Normal(deviation), model[i].Y + dice.Normal(deviation)));
        }

        return points;
    }

    // Slant, turn and stretch; then, as MNIST was made, fitted into a box of about 20 pixels, its middle in the image's.
    private static void Shape(List<List<(double X, double Y)>> strokes, int digit, Dice dice)
    {
        double slant = 0.12 + dice.Normal(0.20);
        double angle = dice.Normal(digit == 1 ? 0.14 : 0.10);
        double breadth = Math.Exp(dice.Normal(0.16));
        (double sin, double cos) = Math.SinCos(angle);
        double left = double.MaxValue, right = double.MinValue, top = double.MaxValue, bottom = double.MinValue;
        foreach (List<(double X, double Y)> stroke in strokes)
        {
            for (int i = 0; i < stroke.Count; i++)
            {
                double x = (stroke[i].X * breadth) - (slant * (stroke[i].Y - 0.5));
                double y = stroke[i].Y;
                (double X, double Y) point = ((x * cos) - (y * sin), (x * sin) + (y * cos));
                stroke[i] = point;
                (left, right) = (Math.Min(left, point.X), Math.Max(right, point.X));
                (top, bottom) = (Math.Min(top, point.Y), Math.Max(bottom, point.Y));
            }
        }

        double scale = dice.Uniform(16, 19) / Math.Max(bottom - top, right - left);
        double centerX = (Canvas.Side / 2.0) + dice.Normal(0.8), centerY = (Canvas.Side / 2.0) + dice.Normal(0.8);
        foreach (List<(double X, double Y)> stroke in strokes)
        {
            for (int i = 0; i < stroke.Count; i++)
            {
                stroke[i] = (centerX + (scale * (stroke[i].X - ((left + right) / 2))), centerY + (scale * (stroke[i].Y - ((top + bottom) / 2))));
            }
        }
    }

    // The pen: its width, the pressure that comes and goes along a stroke, and how dark it writes.
    private static void Ink(List<List<(double X, double Y)>> strokes, Dice dice, Canvas canvas)
    {
        double radius = Math.Clamp(1.15 * Math.Exp(dice.Normal(0.28)), 0.6, 2.1);
        double ink = dice.Uniform(0.85, 1);
        double swing = dice.Uniform(0, 0.25), phase = dice.Uniform(0, 2 * Math.PI), pace = dice.Uniform(0.1, 0.35);
        foreach (List<(double X, double Y)> stroke in strokes)
        {
            double Radius(int i) => radius * (1 + (swing * Math.Sin(phase + (pace * i))));
            for (int i = 0; i + 1 < stroke.Count; i++)
            {
                canvas.Line(stroke[i], stroke[i + 1], Radius(i), Radius(i + 1), ink);
            }
        }
    }
}
