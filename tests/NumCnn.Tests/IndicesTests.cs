namespace NumCnn.Tests;

public class IndicesTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(368, 368)]
    [InlineData(16777215, 400)]
    [InlineData(401, 400)]
    [InlineData(double.PositiveInfinity, 400)]
    [InlineData(1e30, 400)]
    public void A_place_stays_within_its_bounds(double place, int expected)
    {
        Assert.Equal(expected, Indices.Bounded(place, 400));
        Assert.Equal(expected, Indices.Bounded((float)place, 400));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-1e30)]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void What_is_no_place_becomes_one(double place)
    {
        Assert.InRange(Indices.Bounded(place, 400), 0, 400);
        Assert.InRange(Indices.Bounded((float)place, 400), 0, 400);
        Assert.Equal(0, Indices.Bounded(place, 0));
    }
}
