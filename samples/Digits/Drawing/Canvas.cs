namespace Samples.Digits.Drawing;

/// <summary>An image of 28 × 28 bytes that a round pen draws on: 0 is paper, 255 is ink, edges are anti-aliased.</summary>
internal sealed class Canvas(Memory<byte> pixels)
{
    public const int Side = 28;

    /// <summary>A straight piece of a stroke whose pen radius runs from one value to another, in pixels.</summary>
    public void Line((double X, double Y) from, (double X, double Y) to, double startRadius, double endRadius, double ink)
    {
        double reach = Math.Max(startRadius, endRadius) + 1;
        int left = Math.Max(0, (int)Math.Floor(Math.Min(from.X, to.X) - reach));
        int right = Math.Min(Side - 1, (int)Math.Ceiling(Math.Max(from.X, to.X) + reach));
        int top = Math.Max(0, (int)Math.Floor(Math.Min(from.Y, to.Y) - reach));
        int bottom = Math.Min(Side - 1, (int)Math.Ceiling(Math.Max(from.Y, to.Y) + reach));
        Span<byte> target = pixels.Span;
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                (double distance, double t) = Distance(x + 0.5, y + 0.5, from, to);

                // Covered within the radius, paper a pixel and a half further out: as soft as a scanned pen.
                double cover = Math.Clamp((startRadius + ((endRadius - startRadius) * t) + 0.75 - distance) / 1.5, 0, 1);
                byte value = (byte)Math.Round(255 * ink * cover);
                ref byte pixel = ref target[(y * Side) + x];
                pixel = Math.Max(pixel, value);
            }
        }
    }

    private static (double Distance, double T) Distance(double x, double y, (double X, double Y) from, (double X, double Y) to)
    {
        double dx = to.X - from.X, dy = to.Y - from.Y;
        double length = (dx * dx) + (dy * dy);
        double t = length == 0 ? 0 : Math.Clamp((((x - from.X) * dx) + ((y - from.Y) * dy)) / length, 0, 1);
        double ex = x - (from.X + (t * dx)), ey = y - (from.Y + (t * dy));
        return (Math.Sqrt((ex * ex) + (ey * ey)), t);
    }
}
