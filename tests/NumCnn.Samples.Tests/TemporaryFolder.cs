namespace NumCnn.Samples.Tests;

/// <summary>A folder of a test's own, deleted at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("numcnn-samples").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
