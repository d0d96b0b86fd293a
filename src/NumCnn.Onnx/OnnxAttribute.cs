using NumCnn.Onnx.Protobuf;

namespace NumCnn.Onnx;

/// <summary>A named option of a node.</summary>
internal readonly record struct OnnxAttribute(ProtoMessage Message)
{
    public static OnnxAttribute Of(string name, long value) => new(Named(name).Add(OnnxFields.Attribute.Integer, value).Add(OnnxFields.Attribute.Type, OnnxFields.Attribute.IntegerType));

    /// <summary>ONNX has no attributes of double precision.</summary>
    public static OnnxAttribute Of(string name, double value) => new(Named(name).Add(OnnxFields.Attribute.Single, (float)value).Add(OnnxFields.Attribute.Type, OnnxFields.Attribute.SingleType));

    public static OnnxAttribute Of(string name, string value) => new(Named(name).Add(OnnxFields.Attribute.Text, value).Add(OnnxFields.Attribute.Type, OnnxFields.Attribute.TextType));

    public static OnnxAttribute List(string name, params ReadOnlySpan<int> values)
    {
        var message = Named(name);
        foreach (int value in values)
        {
            message.Add(OnnxFields.Attribute.Integers, value);
        }

        return new(message.Add(OnnxFields.Attribute.Type, OnnxFields.Attribute.IntegersType));
    }

    private static ProtoMessage Named(string name) => new ProtoMessage().Add(OnnxFields.Attribute.Name, name);
}
