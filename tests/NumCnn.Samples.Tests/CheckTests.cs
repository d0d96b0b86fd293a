using NumCnn.Samples.Articles;

namespace NumCnn.Samples.Tests;

public class CheckTests
{
    [Fact]
    public void DifferencesAreInUnitsOfTheLargestReference()
    {
        Check check = Check.Values<float>("x", [10f, 1.5f], [10.0, 1.0], 0.05);

        Assert.Equal(0.05, check.Difference, 12);
        Assert.True(check.Passed);
        Assert.False((check with { Tolerance = 0.04 }).Passed);
    }

    [Fact]
    public void SmallReferencesAreComparedAsTheyAre()
        => Assert.Equal(0.25, Check.Values<double>("x", [0.5], [0.25], 1).Difference, 12);

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.NaN)]
    [InlineData(double.PositiveInfinity, 1)]
    public void ValuesThatAreNoNumbersNeverPass(double actual, double expected)
        => Assert.False(Check.Values<double>("x", [0, actual, 0], [0, expected, 0], 1e300).Passed);

    [Fact]
    public void OtherLengthsAndEmptyReferencesNeverPass()
    {
        Assert.False(Check.Values<double>("x", [1, 2], [1], double.MaxValue).Passed);
        Assert.False(Check.Values<double>("x", [], [], double.MaxValue).Passed);
    }

    [Fact]
    public void StrideTakesWhatNumPysSlicesTake()
    {
        // numpy.arange(24).reshape(2, 3, 4)[:, ::2, ::3]
        int[] taken = Stride.Take<int>(Enumerable.Range(0, 24).ToArray(), [2, 3, 4], [1, 2, 3]);

        Assert.Equal([0, 3, 8, 11, 12, 15, 20, 23], taken);
    }
}
