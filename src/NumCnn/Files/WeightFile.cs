using System.Numerics;

namespace NumCnn;

/// <summary>Saves and loads parameters with the names and shapes of a PyTorch state_dict.</summary>
public static class WeightFile
{
    /// <summary>Saves all parameters. An old file of that name is replaced in one step, or stays whole.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="parameters">The parameters.</param>
    /// <param name="path">A path that ends in .safetensors or .npz.</param>
    public static void Save<T>(ParameterSet<T> parameters, string path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotSupportedException();

    /// <summary>Loads all parameters by exact name and shape: all of them or none.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="parameters">The parameters.</param>
    /// <param name="path">A path that ends in .safetensors or .npz.</param>
    /// <exception cref="WeightFileException">The file is damaged, or does not belong to the network, which keeps its weights.</exception>
    public static void Load<T>(ParameterSet<T> parameters, string path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotSupportedException();
}
