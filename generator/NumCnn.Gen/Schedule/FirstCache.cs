namespace NumCnn.Gen.Schedule;

/// <summary>The first cache keeps a line in one of a few places, which lines of all addresses a <see cref="Way"/> apart share.</summary>
internal static class FirstCache
{
    /// <summary>Bytes of one way.</summary>
    public const int Way = 4 << 10;

    /// <summary>Bytes that stay in it while others pass through.</summary>
    public const int Kept = 40 << 10;

    /// <summary>Bytes of a line, of any cache.</summary>
    public const int Line = 64;

    /// <summary>
    /// Elements from one to the next of what code reads or writes side by side: pixels, rows, samples. It is their length, or a line more
    /// where they would all compete for the same places.
    /// </summary>
    /// <param name="length">Elements of each.</param>
    /// <param name="block">Elements of a line.</param>
    public static int Apart(int length, int block) => length > 0 && length % (Way / Line * block) == 0 ? checked(length + block) : length;

    /// <summary>
    /// Elements from a row of pixels with a border to the next. Pixels of an even number of lines take turns in a part of the places; where rows begin in
    /// the same part, and the image does not stay in the cache, they lie a line further apart, so that one channel's pixels have all places.
    /// </summary>
    /// <param name="length">Elements of a row.</param>
    /// <param name="pixel">Elements from a pixel to the next.</param>
    /// <param name="pixels">The image's pixels.</param>
    /// <param name="block">Elements of a line.</param>
    public static int RowsApart(int length, int pixel, int pixels, int block)
        => pixel % (2 * block) == 0 && length % (2 * block) == 0 && (long)pixel * pixels > Kept / Line * block ? checked(length + block) : Apart(length, block);
}
