using System.Reflection;

namespace NumCnn.Packaging;

/// <summary>A copy of the repository's files in a folder of its own: a publish restores for another target, and would disturb builds in the repository.</summary>
internal sealed class SourceCopy : IDisposable
{
    public static string Repository { get; } = Metadata("RepositoryRoot");

    public string Folder { get; } = Directory.CreateTempSubdirectory("numcnn-packaging-").FullName;

    /// <summary>Something that the build of this project knew.</summary>
    public static string Metadata(string key)
        => typeof(SourceCopy).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    /// <summary>Copies the root's files and some folders, without what builds left in them.</summary>
    public SourceCopy(params string[] folders)
    {
        IEnumerable<string> files = folders.SelectMany(static folder => Directory.GetFiles(Path.Combine(Repository, folder), "*", SearchOption.AllDirectories));
        foreach (string file in Directory.GetFiles(Repository).Concat(files))
        {
            string relative = Path.GetRelativePath(Repository, file);
            if (!relative.Split(Path.DirectorySeparatorChar).Any(static part => part is "bin" or "obj"))
            {
                string copy = Path.Combine(Folder, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
