using NumCnn.Samples.Articles;
using NumCnn.Samples.Shared.Html;
using NumCnn.Samples.Shared.Images;

namespace Samples.ClassicFilters;

/// <summary>The page: one sheet with a row a filter and a column a border.</summary>
internal static class Report
{
    public static void Write(string path, Raster picture, float[] discarded, float[] zeros, float[] replicated, SampleResult result)
    {
        var page = new ReportPage("Classic filters", "Seven 3×3 filters on one picture, with its border discarded, padded with zeros, and replicated.", ResultSections.Tiles(result));
        page.Section("The picture", $"{picture.Width}×{picture.Height} pixels, in grey.", html =>
        {
            using (html.Element("div", ("class", "sheet photo")))
            {
                ValuePicture.Figure(html, GrayImage.Of(picture).ToRaster(), "the input");
            }
        });
        page.Section("The sheet", "From left to right: border discarded, zeros, replicated. Blur and sharpen go from black, 0, to white, 1; in the edge filters' maps zero is grey. Look at the rim: zeros draw an edge that the picture has not.", html =>
        {
            using (html.Element("div", ("class", "sheet photo three")))
            {
                for (int filter = 0; filter < Filters.Names.Count; filter++)
                {
                    Figure(html, discarded, picture.Width - 2, filter, "discarded");
                    Figure(html, zeros, picture.Width, filter, "zeros");
                    Figure(html, replicated, picture.Width, filter, "replicated");
                }
            }
        });
        ResultSections.Add(page, result);
        page.Save(path);
    }

    private static void Figure(MarkupWriter html, float[] maps, int columns, int filter, string border)
    {
        int area = maps.Length / Filters.Names.Count;
        ReadOnlySpan<float> map = maps.AsSpan(filter * area, area);
        Raster image = Filters.IsSigned(filter) ? ValuePicture.Gray(map, columns, -2, 2) : ValuePicture.Gray(map, columns, 0, 1);
        ValuePicture.Figure(html, image, $"{Filters.Titles[filter]}, {border}");
    }
}
