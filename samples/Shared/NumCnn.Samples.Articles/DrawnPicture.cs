using NumCnn.Samples.Shared.Images;

namespace NumCnn.Samples.Articles;

/// <summary>A landscape, drawn by whole numbers only, so that every machine draws the same pixels.</summary>
public static class DrawnPicture
{
    /// <summary>Sky with a sun, hills, a house, a fence and a tree, in any size.</summary>
    public static Raster Draw(int width, int height)
    {
        var image = new Raster(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                // Per mille of the height, from the middle of the picture and from the top.
                image.Pixel(x, y)[0] = (byte)Light(((2 * x) - width) * 500 / height, y * 1000 / height);
            }
        }

        return image;
    }

    private static int Light(int x, int y)
    {
        int light = 235 - (y / 12); // the sky, darker towards the horizon
        if (Square(x + 480) + Square(y - 210) < Square(110))
        {
            light = 255; // the sun
        }

        if (y > 560 + (Square(x + 420) / 1400))
        {
            light = 128 - (y / 30); // the hill behind
        }

        if (y > 660 + (Square(x - 380) / 2200))
        {
            light = 92 + ((x * x / 97 + y * y / 61) % 23); // the meadow, not quite even
        }

        light = House(x, y, light);
        light = Tree(x, y, light);
        bool isPost = (x + 7000) % 70 < 16 && y is > 850 and < 980;
        return isPost || y is (> 880 and < 898) or (> 935 and < 953) ? 226 : light; // the fence
    }

    private static int House(int x, int y, int light)
    {
        if (y is > 300 and < 470 && Math.Abs(x - 240) < (y - 300) + 40)
        {
            return 60 + (y % 24 < 4 ? 40 : 0); // the roof, in rows of tiles
        }

        if (Math.Abs(x - 240) >= 180 || y is < 470 or > 760)
        {
            return light;
        }

        bool isDoor = Math.Abs(x - 240) < 36 && y > 590;
        bool isWindow = Math.Abs(Math.Abs(x - 240) - 115) < 36 && y is > 530 and < 620;
        bool isBar = Math.Abs(Math.Abs(x - 240) - 115) < 4 || y is > 571 and < 579;
        return isDoor ? 48 : !isWindow ? 205 : isBar ? 240 : 35;
    }

    private static int Tree(int x, int y, int light)
    {
        if (Square(x + 250) + Square(y - 480) < Square(150))
        {
            return 44 + ((Square(x + 300) + Square(y - 420)) / 900); // the crown, lit from the left
        }

        return Math.Abs(x + 250) < 22 && y is > 480 and < 800 ? 30 : light;
    }

    private static int Square(int value) => value * value;
}
