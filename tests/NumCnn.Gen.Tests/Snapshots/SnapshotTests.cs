using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests.Snapshots;

/// <summary>
/// The emitted source as an interface: every change of it shows in a review. Each network has a snapshot of its class with the kernels
/// on Vector, and one of the kernels' twins on Vector512. <c>dotnet run --project tests/Run -- accept</c> takes what has changed.
/// </summary>
public class SnapshotTests
{
    // Its twins would be as long again and show nothing that the small networks' do not.
    private const string WithoutTwins = "lenet5";

    public static TheoryData<string> Networks => [.. SnapshotNetworks.Names];

    public static TheoryData<string> NetworksWithTwins => [.. SnapshotNetworks.Names.Where(name => name != WithoutTwins)];

    [Theory]
    [MemberData(nameof(Networks))]
    public Task Emitted(string name) => Compare(name, twins: false, nameof(Emitted));

    [Theory]
    [MemberData(nameof(NetworksWithTwins))]
    public Task Twins(string name) => Compare(name, twins: true, nameof(Twins));

    [Fact]
    public void Every_snapshot_has_its_network()
    {
        var names = Directory.GetFiles(SnapshotNetworks.Folder, "*.verified.cs").Select(file => Path.GetFileName(file)[(nameof(SnapshotTests).Length + 1)..]);

        Assert.Equal(
            SnapshotNetworks.Names.Select(name => $"{nameof(Emitted)}_{name}.verified.cs")
                .Concat(SnapshotNetworks.Names.Where(name => name != WithoutTwins).Select(name => $"{nameof(Twins)}_{name}.verified.cs"))
                .Order(StringComparer.Ordinal),
            names.Order(StringComparer.Ordinal));
    }

    private static async Task Compare(string name, bool twins, string method)
    {
        // A network too narrow for lanes has no twins; the snapshot then says so.
        var source = SnapshotNetworks.Emit(name).SingleOrDefault(source => source.HintName.EndsWith(".Vector512.g.cs", StringComparison.Ordinal) == twins);
        var text = source.Text is null ? "// No kernel has lanes.\n" : $"// {source.HintName}\n{SnapshotNetworks.Scrub(source.Text)}";
        await Verifier.Verify(text, "cs", name, method: method);
    }
}
