using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Winograd;

namespace NumCnn.Gen.Tests;

/// <summary>The cost model's choice, where measurements show what it has to be.</summary>
public class WinogradCostTests
{
    [Theory]
    [InlineData(16, 32, 4)]
    [InlineData(32, 16, 4)]
    [InlineData(64, 8, 4)]
    [InlineData(64, 56, 4)]
    [InlineData(128, 28, 4)]
    [InlineData(256, 14, 4)]
    [InlineData(256, 5, 2)] // one tile of 4×4 and what is left of three others would cost as many products and more weights
    [InlineData(256, 6, 2)]
    public void A_layer_gets_the_tile_that_measured_fastest(int channels, int side, int outputs)
        => Assert.Equal(outputs, Best(channels, channels, side)?.Points.Outputs);

    [Theory]
    [InlineData(512, 512, 7)] // transformed weights of 17 or 38 MB, for 49 pixels
    [InlineData(128, 128, 2)] // a tile that is mostly edge
    [InlineData(128, 128, 1)]
    [InlineData(3, 64, 32)] // channels that leave most of a vector empty
    [InlineData(64, 3, 32)]
    [InlineData(8, 8, 32)]
    public void Where_it_does_not_pay_the_direct_sum_stays(int inputs, int outputs, int side)
        => Assert.Null(Best(inputs, outputs, side));

    [Fact]
    public void Rows_of_a_large_image_take_turns_and_those_of_a_small_one_need_not()
    {
        Assert.InRange(Best(64, 64, 56)!.Value.RowsPerGroup, 1, 4);
        Assert.Equal(2, Best(64, 64, 8)!.Value.RowsPerGroup);
    }

    private static (WinogradPoints Points, int RowsPerGroup)? Best(int inputs, int outputs, int side)
        => WinogradCost.Best(16, new CorrelationShape(Shape.Image(inputs, side, side), Shape.Image(outputs, side, side), 1, 1, IsFlipped: false));
}
