namespace NumCnn;

internal static class ExactReader
{
    private const int FirstChunk = 1 << 16;

    /// <summary>
    /// Reads so many bytes, or null if the stream ends before. The buffer grows with what has arrived, so a length that
    /// lies costs no memory; a file's own length does not lie.
    /// </summary>
    public static byte[]? Read(Stream stream, long length)
    {
        if (length > Array.MaxLength)
        {
            return null;
        }

        bool isThere = stream.CanSeek && stream.Length - stream.Position >= length;
        byte[] buffer = GC.AllocateUninitializedArray<byte>((int)(isThere ? length : Math.Min(length, FirstChunk)));
        int filled = 0;
        while (true)
        {
            int read = stream.Read(buffer, filled, buffer.Length - filled);
            filled += read;
            if (filled == length)
            {
                return buffer;
            }

            if (read == 0)
            {
                return null;
            }

            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(length, 2L * buffer.Length));
            }
        }
    }
}
