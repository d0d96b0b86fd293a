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
}
