using NumCnn.Samples.Shared.Images;

namespace NumCnn.Samples.Articles;

/// <summary>The picture that a sample works on. A compiled network has one input size, so a picture of another size is fitted.</summary>
public static class InputPicture
{
    /// <summary>Reads the picture of the command line, or draws one.</summary>
    /// <param name="path">The file; null: the drawn landscape.</param>
    /// <param name="width">The network's columns.</param>
    /// <param name="height">The network's rows.</param>
    /// <returns>A grey or RGB picture of that size; one of another size is scaled and cut, in grey.</returns>
    /// <exception cref="InvalidDataException">The file is no PNG, PGM or PPM, or it is damaged.</exception>
    public static Raster Get(string? path, int width, int height)
    {
        if (path is null)
        {
            return DrawnPicture.Draw(width, height);
        }

        Raster picture = ImageFile.Read(path);
        return picture.Width == width && picture.Height == height && picture.Format != PixelFormat.Rgba
            ? picture
            : GrayImage.Of(picture).Cover(width, height).ToRaster();
    }

    /// <summary>The picture's brightness as a network's input, [1, rows, columns].</summary>
    public static float[] ToInput(Raster picture) => Array.ConvertAll(GrayImage.Of(picture).Values, value => (float)value);
}
