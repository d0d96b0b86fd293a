using System.Numerics;

namespace NumCnn;

/// <summary>
/// Saves and loads parameters with the names and shapes of a PyTorch state_dict, as .safetensors or .npz, so that weights
/// travel between PyTorch and here in either direction.
/// </summary>
/// <remarks>
/// Running statistics are part of it, and so is PyTorch's num_batches_tracked (int64, no dimensions) beside each
/// running_mean. A file may lack that count, or have it for other layers. Weights that are NaN or infinite are loaded
/// as they are; a number that is finite in the file and would overflow here is refused.
/// </remarks>
public static class WeightFile
{
    private const string CounterSuffix = "num_batches_tracked";

    /// <summary>Saves all parameters. An old file of that name is replaced in one step, or stays whole.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="parameters">The parameters.</param>
    /// <param name="path">A path that ends in .safetensors or .npz.</param>
    /// <exception cref="ArgumentException">The path ends in something else.</exception>
    /// <exception cref="InvalidOperationException">The parameters were written meanwhile.</exception>
    public static void Save<T>(ParameterSet<T> parameters, string path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        bool isZip = IsZip(path);
        int version = parameters.Version;
        var tensors = new List<StoredTensor>(parameters.Count);
        foreach (Parameter<T> parameter in parameters)
        {
            tensors.Add(StoredTensor.Create<T>(parameter.Name, parameter.Shape, parameter.ToArray()));
        }

        BatchCounters counters = parameters.BatchCounters;
        foreach (string name in counters.Names)
        {
            tensors.Add(StoredTensor.Create(name, [], [counters[name]]));
        }

        if ((version & 1) != 0 || parameters.Version != version)
        {
            throw new InvalidOperationException("The parameters were written while they were saved.");
        }

        if (isZip)
        {
            NpzFile.Write(path, tensors);
        }
        else
        {
            SafetensorsFile.Write(path, tensors);
        }
    }

    /// <summary>Loads all parameters by exact name and shape, from 16-, 32- or 64-bit floats: all of them or none.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="parameters">The parameters.</param>
    /// <param name="path">A path that ends in .safetensors or .npz.</param>
    /// <exception cref="ArgumentException">The path ends in something else.</exception>
    /// <exception cref="WeightFileException">The file is damaged, or does not belong to the network, which keeps its weights.</exception>
    public static void Load<T>(ParameterSet<T> parameters, string path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using TensorArchive archive = TensorArchive.Open(path, IsZip(path));
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < archive.Headers.Count; i++)
        {
            places.Add(archive.Headers[i].Name, i);
        }

        CheckNames(parameters, archive, places);
        T[][] values = [.. parameters.Select(parameter => Values(archive, places[parameter.Name], parameter))];
        long[] counts = [.. parameters.BatchCounters.Names.Select(name => places.TryGetValue(name, out int place) ? Count(archive, place) : 0)];

        // Everything is read and checked: from here on nothing fails.
        parameters.Replace(values, counts);
    }

    private static void CheckNames<T>(ParameterSet<T> parameters, TensorArchive archive, Dictionary<string, int> places)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (Parameter<T> parameter in parameters)
        {
            if (!places.TryGetValue(parameter.Name, out int place))
            {
                throw new WeightFileException(archive.Path, parameter.Name, $"the network needs it with shape {Text(parameter.Shape)}, but the file has no tensor of that name.");
            }

            TensorHeader header = archive.Headers[place];
            if (!parameter.Shape.SequenceEqual(header.Shape))
            {
                throw new WeightFileException(archive.Path, parameter.Name, $"the network's shape is {Text(parameter.Shape)}, the file's {header.ShapeText}.");
            }

            if (!header.Type.IsFloat())
            {
                throw new WeightFileException(archive.Path, parameter.Name, $"the file holds {header.Type}; a parameter needs floats.");
            }
        }

        foreach (TensorHeader header in archive.Headers)
        {
            if (!parameters.TryGet(header.Name, out _) && !IsCounter(header.Name))
            {
                throw new WeightFileException(archive.Path, header.Name, $"the file has it with shape {header.ShapeText}, but the network has no parameter of that name.");
            }
        }
    }

    private static T[] Values<T>(TensorArchive archive, int place, Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        StoredTensor tensor = archive.Read(place);
        T[] values = tensor.ToArray<T>();
        if (tensor.Type == StoredType.Float64 && typeof(T) != typeof(double))
        {
            double[] exact = tensor.ToArray<double>();
            int overflow = Array.FindIndex(exact, static value => double.IsFinite(value) && !T.IsFinite(T.CreateTruncating(value)));
            if (overflow >= 0)
            {
                throw new WeightFileException(archive.Path, parameter.Name, $"element {overflow} is {exact[overflow]}, which no {typeof(T).Name} can hold.");
            }
        }

        return values;
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

    private static bool IsZip(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".NPZ" => true,
            ".SAFETENSORS" => false,
            _ => throw new ArgumentException($"'{path}' ends in neither .safetensors nor .npz.", nameof(path)),
        };
    }
}
