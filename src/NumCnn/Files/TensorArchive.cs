namespace NumCnn;

/// <summary>
/// An open weight file: first the headers of its tensors, then, when it is asked for, the content of each. What a header
/// claims can so be compared with what is expected before memory is spent on it.
/// </summary>
internal abstract class TensorArchive(string path) : IDisposable
{
    public string Path { get; } = path;

    public abstract IReadOnlyList<TensorHeader> Headers { get; }

    public abstract byte[] ReadBytes(int index);

    public StoredTensor Read(int index) => new(Headers[index], ReadBytes(index));

    public abstract void Dispose();

    /// <summary>Opens a file of either format.</summary>
    public static TensorArchive Open(string path, bool isZip)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return isZip ? new NpzArchive(path, stream) : new SafetensorsArchive(path, stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>All tensors of a file.</summary>
    public static IReadOnlyList<StoredTensor> ReadAll(string path, bool isZip)
    {
        using TensorArchive archive = Open(path, isZip);
        var tensors = new StoredTensor[archive.Headers.Count];
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = archive.Read(i);
        }

        return tensors;
    }

    /// <summary>Runs a step of a reader; what the libraries below throw at damaged content becomes one kind of exception.</summary>
    protected static TResult Guard<TResult>(string path, string? tensor, Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(path, tensor, e);
        }
    }

    protected static bool IsDamage(Exception e) => e is not (WeightFileException or OutOfMemoryException);

    protected static WeightFileException Damaged(string path, string? tensor, Exception e) => new(path, tensor, $"the content is damaged: {e.Message}", e);
}
