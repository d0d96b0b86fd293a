namespace NumCnn.Samples.Shared.Images;

/// <summary>Reads Netpbm's PGM (P2, P5) and PPM (P3, P6) with at most 8 bits a channel.</summary>
internal static class NetpbmReader
{
    public static bool IsNetpbm(ReadOnlySpan<byte> file)
        => file.Length > 2 && file[0] == (byte)'P' && file[1] is (byte)'2' or (byte)'3' or (byte)'5' or (byte)'6' && IsSpace(file[2]);

    public static Raster Decode(ReadOnlySpan<byte> file)
    {
        byte kind = file[1];
        int at = 2;
        int width = Number(file, ref at, "width");
        int height = Number(file, ref at, "height");
        int largest = Number(file, ref at, "largest value");
        if (largest is 0 or > 255)
        {
            throw new InvalidDataException($"the largest value is {largest}; 1 to 255 are read, 8 bits a channel.");
        }

        Raster image = ImageFile.Create(width, height, kind is (byte)'2' or (byte)'5' ? PixelFormat.Gray : PixelFormat.Rgb);
        bool isBinary = kind is (byte)'5' or (byte)'6';
        if (isBinary && file.Length - at - 1 < image.Bytes.Length)
        {
            throw new InvalidDataException($"{width}×{height} pixels need {image.Bytes.Length} bytes, but {Math.Max(0, file.Length - at - 1)} follow the header.");
        }

        at += isBinary ? 1 : 0; // one space ends a binary file's header
        for (int i = 0; i < image.Bytes.Length; i++)
        {
            int value = isBinary ? file[at++] : Number(file, ref at, "pixel");
            if (value > largest)
            {
                throw new InvalidDataException($"a channel is {value}, above the file's largest value {largest}.");
            }

            image.Bytes[i] = (byte)(((value * 255) + (largest / 2)) / largest);
        }

        return image;
    }

    // A decimal number behind spaces and comments.
    private static int Number(ReadOnlySpan<byte> file, ref int at, string what)
    {
        while (at < file.Length && (IsSpace(file[at]) || file[at] == (byte)'#'))
        {
            int end = file[at] == (byte)'#' ? file[at..].IndexOf((byte)'\n') : 0;
            at = end < 0 ? file.Length : at + end + 1;
        }

        int start = at;
        int value = 0;
        for (; at < file.Length && file[at] is >= (byte)'0' and <= (byte)'9'; at++)
        {
            value = (value * 10) + (file[at] - '0');
            if (value > ImageFile.LargestPixelCount)
            {
                throw new InvalidDataException($"the {what} is too large.");
            }
        }

        return at > start ? value : throw new InvalidDataException($"the {what} is missing.");
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\v' or (byte)'\f';
}
