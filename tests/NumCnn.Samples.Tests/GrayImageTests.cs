using NumCnn.Samples.Articles;
using NumCnn.Samples.Shared.Images;

namespace NumCnn.Samples.Tests;

public class GrayImageTests
{
    [Fact]
    public void BrightnessIsWeighedAsInScikitImage()
    {
        var image = new Raster(1, 1, PixelFormat.Rgb);
        image.Bytes[0] = 255;
        image.Bytes[1] = 51;
        image.Bytes[2] = 102;

        // skimage.color.rgb2gray([[[1, 0.2, 0.4]]])
        Assert.Equal(0.38442, GrayImage.Of(image).Values[0], 12);
    }

    [Fact]
    public void WhatIsTransparentLiesOnWhite()
    {
        var image = new Raster(2, 1, PixelFormat.Rgba);
        image.Pixel(1, 0)[3] = 255;

        Assert.Equal([1.0, 0.0], GrayImage.Of(image).Values);
    }

    [Fact]
    public void ShrinkingTakesMeansAndCutsTheSidesEvenly()
    {
        // 6×2 to 2×1: scaled by two, one column cut at the left and one at the right.
        var image = new GrayImage(6, 2, [9, 1, 3, 5, 7, 9, 9, 1, 3, 5, 7, 9]);

        Assert.Equal([2.0, 6.0], image.Cover(2, 1).Values);
    }

    [Fact]
    public void EnlargingKeepsTheMean()
    {
        var image = new GrayImage(2, 2, [0, 1, 0.5, 0.25]);
        GrayImage large = image.Cover(5, 5);

        Assert.Equal((5, 5), (large.Width, large.Height));
        Assert.Equal(0.4375, large.Values.Average(), 12);
        Assert.Equal((0.0, 0.25), (large.Values[0], large.Values[24]));
    }

    [Fact]
    public void APictureOfAnotherSizeIsFitted()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "wide.png");
        File.WriteAllBytes(path, Png.Encode(new Raster(50, 20, PixelFormat.Rgba)));

        Raster fitted = InputPicture.Get(path, 451, 300);

        Assert.Equal((451, 300, PixelFormat.Gray), (fitted.Width, fitted.Height, fitted.Format));
        Assert.All(fitted.Bytes, value => Assert.Equal(255, value));
    }
}
