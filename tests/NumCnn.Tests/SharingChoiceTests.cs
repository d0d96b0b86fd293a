namespace NumCnn.Tests;

/// <summary>Which way samples go that threads may share, from what earlier ones took.</summary>
public class SharingChoiceTests
{
    [Theory]
    [InlineData(50, 30, false)]
    [InlineData(30, 50, true)]
    [InlineData(40, 40, true)]
    public void The_faster_way_is_taken(long together, long alone, bool isTogether)
    {
        var choice = new SharingChoice();
        Count(choice, 16, together, alone, out _);
        Assert.Equal(isTogether ? 100 : 0, Count(choice, 100, together, alone, out _));
    }

    [Fact]
    public void A_trial_is_short_and_begins_together()
    {
        var choice = new SharingChoice();
        Assert.True(choice.IsTogether(2));
        Assert.Equal(8, Count(choice, 16, 50, 30, out var ways));
        Assert.Equal([true, false, true, false, true, false, true, false], ways[..8]);
    }

    [Fact]
    public void A_call_that_waited_decides_nothing()
    {
        // The first call starts threads and compiles, others were interrupted; one alone happened to be fast.
        var choice = new SharingChoice();
        foreach (long ticks in (long[])[9000, 50, 30, 50, 800, 50, 31, 20, 30, 51, 32, 50, 700, 52, 30, 50])
        {
            choice.IsTogether(2);
            choice.Took(ticks);
        }

        Assert.True(choice.IsTogether(2));
    }

    [Fact]
    public void What_has_changed_is_noticed()
    {
        var choice = new SharingChoice();
        Count(choice, 1024, 50, 30, out _);
        Count(choice, 16, 30, 50, out _);
        Assert.Equal(10, Count(choice, 10, 30, 50, out _));
    }

    [Fact]
    public void Another_number_of_threads_is_tried_anew()
    {
        var choice = new SharingChoice();
        Count(choice, 20, 50, 30, out _);
        Assert.False(choice.IsTogether(2));
        Assert.True(choice.IsTogether(3));
    }

    /// <summary>How many of some calls go together.</summary>
    private static int Count(SharingChoice choice, int calls, long together, long alone, out List<bool> ways)
    {
        ways = [];
        for (int k = 0; k < calls; k++)
        {
            ways.Add(choice.IsTogether(2));
            choice.Took(ways[^1] ? together : alone);
        }

        return ways.Count(static way => way);
    }
}
