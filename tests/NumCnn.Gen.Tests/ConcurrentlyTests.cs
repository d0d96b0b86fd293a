using NumCnn.Gen.Emit;
using NumCnn.Gen.Spec;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests;

public class ConcurrentlyTests
{
    [Fact]
    public void Results_come_in_the_items_order()
    {
        int[] items = [.. Enumerable.Range(0, 1000)];

        // The first items take longest.
        int[] results = Concurrently.Select(items, static item =>
        {
            Thread.SpinWait((1000 - item) * 20);
            return item * item;
        });

        Assert.Equal(items.Select(static item => item * item), results);
        Assert.Empty(Concurrently.Select(Array.Empty<int>(), static item => item));
    }

    [Fact]
    public void A_failure_is_thrown_as_it_is()
    {
        var thrown = Assert.Throws<InvalidOperationException>(() => Concurrently.Select([1, 2, 3], RefuseTwo));

        Assert.Equal("two", thrown.Message);
        Assert.Contains(nameof(RefuseTwo), thrown.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_is_the_same_text_however_many_are_made_at_once()
    {
        var network = Stages.Read(new NetworkFile("lenet.network.yaml", Networks.LeNet5, "Tests", "LeNet5")).Network!;
        string[] alone = [.. EmitStage.Generate(network).Select(static source => source.Text)];

        foreach (string[] together in Concurrently.Select([.. Enumerable.Range(0, 8)], _ => EmitStage.Generate(network).Select(static source => source.Text).ToArray()))
        {
            Assert.Equal(alone, together);
        }
    }

    private static int RefuseTwo(int item) => item == 2 ? throw new InvalidOperationException("two") : item;
}
