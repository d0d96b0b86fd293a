namespace NumCnn;

/// <summary>A weight file that cannot be read, or does not belong to the network. The network keeps its weights.</summary>
public sealed class WeightFileException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensor">The tensor at fault, or null if it is the file as a whole.</param>
    /// <param name="reason">What is wrong, with both shapes where they differ.</param>
    /// <param name="innerException">What was thrown below, if anything.</param>
    public WeightFileException(string path, string? tensor, string reason, Exception? innerException = null)
        : base(tensor is null ? $"{path}: {reason}" : $"{path}: tensor '{tensor}': {reason}", innerException)
    {
        Path = path;
        Tensor = tensor;
        Reason = reason;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensor at fault, or null if it is the file as a whole.</summary>
    public string? Tensor { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }
}
