namespace Samples.ClassicFilters;

/// <summary>The filters' names, in the order of the networks' output channels.</summary>
internal static class Filters
{
    /// <summary>As the references call them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["blur", "sharpen", "sobel_y", "sobel_x", "prewitt_y", "prewitt_x", "laplace"];

    /// <summary>As the report calls them.</summary>
    public static IReadOnlyList<string> Titles { get; } = ["blur", "sharpen", "Sobel, rows", "Sobel, columns", "Prewitt, rows", "Prewitt, columns", "Laplace"];

    /// <summary>Whether zero is the filter's answer to an even surface, so that a map's middle grey is zero.</summary>
    public static bool IsSigned(int filter) => filter >= 2;
}
