using System.Numerics;
using System.Runtime.InteropServices;
using NumCnn.Onnx.Protobuf;

namespace NumCnn.Onnx;

/// <summary>Collects the nodes and the constant tensors of a graph.</summary>
/// <typeparam name="T">The network's element type.</typeparam>
internal sealed class GraphBuilder<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int ElementType { get; } = typeof(T) == typeof(float) ? OnnxFields.Tensor.Float32 : OnnxFields.Tensor.Float64;

    public ProtoMessage Message { get; } = new();

    public void Node(string operation, string name, IEnumerable<string> inputs, string output, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new ProtoMessage();
        foreach (string input in inputs)
        {
            node.Add(OnnxFields.Node.Input, input);
        }

        node.Add(OnnxFields.Node.Output, output).Add(OnnxFields.Node.Name, name).Add(OnnxFields.Node.OpType, operation);
        foreach (var attribute in attributes)
        {
            node.Add(OnnxFields.Node.Attribute, attribute.Message);
        }

        Message.Add(OnnxFields.Graph.Node, node);
    }

    /// <summary>A constant tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape; empty for a scalar.</param>
    /// <param name="values">Its elements in row-major order.</param>
    /// <returns>The name.</returns>
    public string Tensor(string name, ReadOnlySpan<int> shape, T[] values) => Tensor(name, shape, ElementType, MemoryMarshal.AsBytes<T>(values).ToArray());

    /// <summary>A constant list of integers, which some operators take in place of attributes.</summary>
    public string Integers(string name, params ReadOnlySpan<long> values) => Tensor(name, [values.Length], OnnxFields.Tensor.Int64, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A constant list of numbers that are float32 whatever the network's type is.</summary>
    public string Singles(string name, params ReadOnlySpan<float> values) => Tensor(name, [values.Length], OnnxFields.Tensor.Float32, MemoryMarshal.AsBytes(values).ToArray());

    private string Tensor(string name, ReadOnlySpan<int> shape, int type, byte[] data)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("ONNX files are written on little-endian machines only.");
        }

        var tensor = new ProtoMessage();
        foreach (int size in shape)
        {
            tensor.Add(OnnxFields.Tensor.Dimensions, size);
        }

        tensor.Add(OnnxFields.Tensor.DataType, type).Add(OnnxFields.Tensor.Name, name).Add(OnnxFields.Tensor.RawData, data.AsMemory());
        Message.Add(OnnxFields.Graph.Initializer, tensor);
        return name;
    }
}
