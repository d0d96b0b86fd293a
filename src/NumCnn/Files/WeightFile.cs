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
        bool isZip = StateDict.IsZip(path);
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
        using TensorArchive archive = TensorArchive.Open(path, StateDict.IsZip(path));
        int[] places = StateDict.FindParameters(archive, parameters.Layouts);
        var tensors = new StoredTensor[places.Length];
        var converted = new T[places.Length][];
        for (int i = 0; i < places.Length; i++)
        {
            tensors[i] = archive.Read(places[i]);
            converted[i] = tensors[i].Holds<T>() ? [] : Converted<T>(archive, tensors[i]);
        }

        // Everything is read and checked: from here on nothing fails.
        parameters.Replace(i => tensors[i].Holds<T>() ? tensors[i].View<T>() : converted[i], StateDict.ReadCounts(archive, parameters.BatchCounters));
    }

    private static T[] Converted<T>(TensorArchive archive, StoredTensor tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (tensor.Type == StoredType.Float64 && typeof(T) != typeof(double))
        {
            CheckRange<T>(archive, tensor);
        }

        return tensor.ToArray<T>();
    }

    private static void CheckRange<T>(TensorArchive archive, StoredTensor tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] exact = tensor.ToArray<double>();
        int overflow = Array.FindIndex(exact, static value => double.IsFinite(value) && !T.IsFinite(T.CreateTruncating(value)));
        if (overflow >= 0)
        {
            throw new WeightFileException(archive.Path, tensor.Name, $"element {overflow} is {exact[overflow]}, which no {typeof(T).Name} can hold.");
        }
    }
}
