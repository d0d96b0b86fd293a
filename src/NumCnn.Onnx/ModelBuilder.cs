using System.Numerics;
using NumCnn.Onnx.Layers;
using NumCnn.Onnx.Protobuf;

namespace NumCnn.Onnx;

/// <summary>Builds a network's model: its layers one by one, in the order of evaluation.</summary>
internal sealed class ModelBuilder<T>(IPredictor<T> network)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string NetworkInput = "input";
    private const string NetworkOutput = "output";

    public ProtoMessage Build()
    {
        var info = network.Info;
        var graph = new GraphBuilder<T>();
        string last = OutputLayer(info);
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { [NetworkInput] = NetworkInput };
        foreach (var layer in info.Layers)
        {
            // No parameter's name ends like this, so that values and parameters cannot meet.
            string value = layer.Name == last ? NetworkOutput : layer.Name + ".output";
            var scope = new LayerScope<T>(graph, network.Parameters, layer, [.. layer.Inputs.Select(input => values[input])], value);
            LayerTranslations<T>.Of(layer).Invoke(scope);
            values.Add(layer.Name, value);
        }

        graph.Message.Add(OnnxFields.Graph.Name, info.Name);
        graph.Message.Add(OnnxFields.Graph.Input, Value(NetworkInput, info.InputShape));
        graph.Message.Add(OnnxFields.Graph.Output, Value(NetworkOutput, info.OutputShape));
        string version = typeof(OnnxExporter).Assembly.GetName().Version?.ToString(3) ?? string.Empty;
        return new ProtoMessage()
            .Add(OnnxFields.Model.IrVersion, OnnxFields.IrVersion)
            .Add(OnnxFields.Model.ProducerName, "NumCnn.Onnx")
            .Add(OnnxFields.Model.ProducerVersion, version)
            .Add(OnnxFields.Model.OpsetImport, new ProtoMessage().Add(OnnxFields.OperatorSet.Domain, string.Empty).Add(OnnxFields.OperatorSet.Version, OnnxExporter.Opset))
            .Add(OnnxFields.Model.Graph, graph.Message);
    }

    /// <summary>The one layer that no other reads.</summary>
    private static string OutputLayer(NetworkInfo info)
    {
        var read = info.Layers.SelectMany(static layer => layer.Inputs).ToHashSet(StringComparer.Ordinal);
        return info.Layers.Single(layer => !read.Contains(layer.Name)).Name;
    }

    private static ProtoMessage Value(string name, IReadOnlyList<int> shape)
    {
        var sizes = new ProtoMessage().Add(OnnxFields.ValueInfo.Dimension, new ProtoMessage().Add(OnnxFields.ValueInfo.SizeName, "N"));
        foreach (int size in shape)
        {
            sizes.Add(OnnxFields.ValueInfo.Dimension, new ProtoMessage().Add(OnnxFields.ValueInfo.Size, size));
        }

        var tensor = new ProtoMessage().Add(OnnxFields.ValueInfo.ElementType, GraphBuilder<T>.ElementType).Add(OnnxFields.ValueInfo.Shape, sizes);
        return new ProtoMessage().Add(OnnxFields.ValueInfo.Name, name).Add(OnnxFields.ValueInfo.Type, new ProtoMessage().Add(OnnxFields.ValueInfo.TensorType, tensor));
    }
}
