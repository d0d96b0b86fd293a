using NumCnn.Gen.Graph;

namespace NumCnn.Gen.Tests;

/// <summary>Which rows of a padded image leave out the taps that would read zeros.</summary>
public class RowSpansTests
{
    [Fact]
    public void Rows_at_the_border_leave_out_taps_where_that_saves_work()
        => Assert.Equal([new(0, 1, 1, 2), new(1, 6, 0, 3), new(7, 1, 0, 2)], Of(rows: 8, taps: 3, work: 1000));

    [Theory]
    [InlineData(8, 3, 288)] // 576 multiply-adds of vectors: the JIT takes longer for the code than it saves in ten thousand calls
    [InlineData(64, 3, 1000)] // a hundredth of all
    public void Otherwise_the_border_is_read(int rows, int taps, int work)
        => Assert.Equal([new(0, rows, 0, taps)], Of(rows, taps, work));

    [Fact]
    public void Code_without_loops_is_shorter_so()
        => Assert.Equal(3, Of(rows: 3, taps: 3, work: 2).Count);

    private static IReadOnlyList<RowSpan> Of(int rows, int taps, int work)
        => RowSpans.Of(rows, taps, (row, tap) => row + tap - (taps / 2) is var source && source >= 0 && source < rows, RowSpans.Overhead, work);
}
