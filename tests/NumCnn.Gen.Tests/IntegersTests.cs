using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Tests;

public class IntegersTests
{
    [Theory]
    [InlineData(12, 18, 6)]
    [InlineData(7, 3, 1)]
    [InlineData(5, 0, 5)]
    [InlineData(4, 64, 4)]
    public void Greatest_common_divisor(int a, int b, int expected) => Assert.Equal(expected, Integers.Gcd(a, b));

    [Fact]
    public void Distinct_sums_are_counted_without_listing_them()
    {
        var random = new Random(1);
        for (int trial = 0; trial < 5000; trial++)
        {
            // As addresses are: steps of channels, columns and rows, some of one grid.
            int channels = random.Next(1, 9), columns = channels * random.Next(1, 9), rows = columns * random.Next(1, 9);
            var runs = Enumerable.Range(0, random.Next(0, 6)).Select(_ => (Step: new[] { 1, channels, columns, columns * 2, rows, rows * 2, random.Next(1, 60) }[random.Next(7)], Count: random.Next(1, 8))).ToList();
            IEnumerable<int> sums = [0];
            foreach (var (step, count) in runs)
            {
                sums = [.. sums.SelectMany(sum => Enumerable.Range(0, count).Select(k => sum + (k * step))).Distinct()];
            }

            string described = string.Join(", ", runs);
            Assert.True(sums.Count() == Integers.DistinctSums(runs), described);
        }
    }
}
