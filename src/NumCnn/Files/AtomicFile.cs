namespace NumCnn;

internal static class AtomicFile
{
    /// <summary>
    /// Writes a file beside the target, flushes it to the disk, and renames it over the target: whoever looks sees the
    /// old content or the new, whole. If writing fails, the old file stays and the new one is removed.
    /// </summary>
    public static void Write(string path, Action<Stream> write)
    {
        // A link keeps its place; what it points to is replaced.
        string? linked = new FileInfo(path).LinkTarget is null ? null : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
        string target = Path.GetFullPath(linked ?? path);
        string temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw;
        }
    }
}
