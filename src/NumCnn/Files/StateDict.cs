namespace NumCnn;

/// <summary>
/// Compares a weight file with what the network's parameters are called and shaped, which no element type has a part in:
/// apart from generic code, so that it is compiled once, and ahead of time where the program is.
/// </summary>
internal static class StateDict
{
    private const string CounterSuffix = "num_batches_tracked";

    /// <summary>Which of the two formats a path names: .npz, not .safetensors.</summary>
    public static bool IsZip(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        bool isZip = path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase);
        return isZip || path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
            ? isZip
            : throw new ArgumentException($"'{path}' ends in neither .safetensors nor .npz.", nameof(path));
    }

    /// <summary>Compares names, shapes and types.</summary>
    /// <returns>The place of each parameter in the file.</returns>
    public static int[] FindParameters(TensorArchive archive, ParameterLayout[] parameters)
    {
        IReadOnlyList<TensorHeader> headers = archive.Headers;
        var found = new Dictionary<string, int>(headers.Count, StringComparer.Ordinal);
        for (int i = 0; i < headers.Count; i++)
        {
            found.Add(headers[i].Name, i);
        }

        int[] places = new int[parameters.Length];
        for (int i = 0; i < places.Length; i++)
        {
            ParameterInfo parameter = parameters[i].Info;
            TensorHeader? header = found.Remove(parameter.Name, out int place) ? headers[place] : null;
            if (header is null || !IsSame(parameter.Shape, header.Shape) || !header.Type.IsFloat())
            {
                throw Mismatch(archive.Path, parameter, header);
            }

            places[i] = place;
        }

        if (found.Count > 0)
        {
            CheckOthers(archive, found);
        }

        return places;
    }

    /// <summary>The batch norms' counts, 0 where the file has none.</summary>
    public static long[] ReadCounts(TensorArchive archive, BatchCounters counters)
    {
        long[] counts = new long[counters.Names.Count];
        for (int place = 0; counts.Length > 0 && place < archive.Headers.Count; place++)
        {
            int counter = counters.Find(archive.Headers[place].Name);
            if (counter >= 0)
            {
                counts[counter] = Count(archive, place);
            }
        }

        return counts;
    }

    private static WeightFileException Mismatch(string path, ParameterInfo parameter, TensorHeader? header) => new(
        path,
        parameter.Name,
        header is null ? $"the network needs it with shape {Text(parameter.Shape)}, but the file has no tensor of that name."
        : !IsSame(parameter.Shape, header.Shape) ? $"the network's shape is {Text(parameter.Shape)}, the file's {header.ShapeText}."
        : $"the file holds {header.Type}; a parameter needs floats.");

    private static void CheckOthers(TensorArchive archive, Dictionary<string, int> others)
    {
        foreach ((string name, int place) in others)
        {
            if (!IsCounter(name))
            {
                throw new WeightFileException(archive.Path, name, $"the file has it with shape {archive.Headers[place].ShapeText}, but the network has no parameter of that name.");
            }
        }
    }

    private static bool IsSame(int[] shape, int[] other)
    {
        bool same = shape.Length == other.Length;
        for (int d = 0; same && d < shape.Length; d++)
        {
            same = shape[d] == other[d];
        }

        return same;
    }

    private static long Count(TensorArchive archive, int place)
    {
        TensorHeader header = archive.Headers[place];
        if (header.Type != StoredType.Int64 || header.Shape.Length != 0)
        {
            throw new WeightFileException(archive.Path, header.Name, $"a count is Int64 [], but the file holds {header.Type} {header.ShapeText}.");
        }

        return archive.Read(place).ToInt64Array()[0];
    }

    private static bool IsCounter(string name) => name == CounterSuffix || name.EndsWith("." + CounterSuffix, StringComparison.Ordinal);

    private static string Text(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
