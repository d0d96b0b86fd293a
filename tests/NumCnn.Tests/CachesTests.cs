using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NumCnn.Tests;

public class CachesTests
{
    [Fact]
    public void Fetching_ahead_reads_and_writes_nothing()
    {
        float[] rows = [.. Enumerable.Range(0, 300).Select(static k => (float)k)];
        Caches.PrefetchRows(ref rows[0], 3, 100, 90);
        Caches.PrefetchRows(ref rows[0], 0, 100, 90);

        // Beyond the end of what there is, and more than a cache takes: neither is touched.
        Caches.PrefetchRows(ref rows[0], 40, 100, 90);
        Caches.PrefetchRows(ref rows[0], 1 << 20, 1 << 20, 1 << 10);
        Assert.Equal(Enumerable.Range(0, 300).Select(static k => (float)k), rows);
    }

    [Fact]
    public void Reading_touches_one_element_of_each_line_and_none_behind_the_end()
    {
        CheckRead(static (values, length) => Caches.Read(ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, float>(values)), length), size: 4);
        CheckRead(static (values, length) => Caches.Read(ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, double>(values)), length), size: 8);

        // More than any cache keeps: there is not even so much.
        double[] one = [1];
        Assert.Equal(0UL, Caches.Read(ref one[0], 1 << 20));
    }

    private static void CheckRead(Func<byte[], nint, ulong> read, int size)
    {
        // A bit of its own for each line's first four bytes; all ones in what is not to be read.
        byte[] values = [.. Enumerable.Repeat((byte)0xFF, 10 * 64)];
        for (int line = 0; line < 10; line++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(values.AsSpan(line * 64), 1U << line);
        }

        for (int length = 0; length <= values.Length / size; length++)
        {
            int lines = ((length * size) + 63) / 64;
            Assert.Equal((1UL << lines) - 1, read(values, length));
        }
    }
}
