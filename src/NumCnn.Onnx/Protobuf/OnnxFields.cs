namespace NumCnn.Onnx.Protobuf;

/// <summary>Field numbers and constants of onnx.proto, as far as an exporter needs them.</summary>
internal static class OnnxFields
{
    /// <summary>The file format's version, which goes with opset 17.</summary>
    public const int IrVersion = 8;

    public static class Model
    {
        public const int IrVersion = 1;
        public const int ProducerName = 2;
        public const int ProducerVersion = 3;
        public const int Graph = 7;
        public const int OpsetImport = 8;
    }

    public static class OperatorSet
    {
        public const int Domain = 1;
        public const int Version = 2;
    }

    public static class Graph
    {
        public const int Node = 1;
        public const int Name = 2;
        public const int Initializer = 5;
        public const int Input = 11;
        public const int Output = 12;
    }

    public static class Node
    {
        public const int Input = 1;
        public const int Output = 2;
        public const int Name = 3;
        public const int OpType = 4;
        public const int Attribute = 5;
    }

    public static class Attribute
    {
        public const int Name = 1;
        public const int Single = 2;
        public const int Integer = 3;
        public const int Text = 4;
        public const int Integers = 8;
        public const int Type = 20;
        public const int SingleType = 1;
        public const int IntegerType = 2;
        public const int TextType = 3;
        public const int IntegersType = 7;
    }

    public static class Tensor
    {
        public const int Dimensions = 1;
        public const int DataType = 2;
        public const int Name = 8;
        public const int RawData = 9;
        public const int Float32 = 1;
        public const int Int64 = 7;
        public const int Float64 = 11;
    }

    public static class ValueInfo
    {
        public const int Name = 1;
        public const int Type = 2;
        public const int TensorType = 1;
        public const int ElementType = 1;
        public const int Shape = 2;
        public const int Dimension = 1;
        public const int Size = 1;
        public const int SizeName = 2;
    }
}
