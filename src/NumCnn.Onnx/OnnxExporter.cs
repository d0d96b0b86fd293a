using System.Numerics;
using Google.Protobuf;

namespace NumCnn.Onnx;

/// <summary>Writes a network and its parameters as an ONNX model that any ONNX runtime evaluates.</summary>
/// <remarks>
/// The model computes what <see cref="IPredictor{T}.Predict"/> does: batch norm uses its running statistics, dropout drops
/// nothing. It has one input, named input, of shape [N, input shape] and one output, named output, of shape [N, output
/// shape], with N left open. Parameters keep their names, those of a PyTorch state_dict.
/// </remarks>
public static class OnnxExporter
{
    /// <summary>The version of ONNX's operators that the model asks for.</summary>
    public const int Opset = 17;

    /// <summary>Writes the model to a file; an existing one is replaced when the new one is complete.</summary>
    /// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="path">The file, by custom with the extension .onnx.</param>
    /// <exception cref="NotSupportedException">A layer has no translation, or the model exceeds the 2 GiB that the format can hold.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(IPredictor<T> network, string path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(path);
        string target = Path.GetFullPath(path);
        string temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                Write(network, stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes the model to a stream, which stays open.</summary>
    /// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="stream">Receives the model.</param>
    /// <exception cref="NotSupportedException">A layer has no translation, or the model exceeds the 2 GiB that the format can hold.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Write<T>(IPredictor<T> network, Stream stream)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(stream);
        var model = new ModelBuilder<T>(network).Build();
        if (model.Length > int.MaxValue)
        {
            throw new NotSupportedException($"The model of {network.Info.Name} has {model.Length} bytes; a protocol buffer holds at most {int.MaxValue}.");
        }

        using var output = new CodedOutputStream(stream, leaveOpen: true);
        model.WriteTo(output);
    }
}
