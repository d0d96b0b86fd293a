using Google.Protobuf;

namespace NumCnn.Onnx.Protobuf;

/// <summary>
/// A protocol buffer message as a list of numbered fields, written in the order in which they were added. ONNX's messages
/// are few and only written here, so their field numbers (see <see cref="OnnxFields"/>) take the place of generated classes.
/// </summary>
internal sealed class ProtoMessage
{
    private readonly List<Field> _fields = [];
    private long _length = -1;

    /// <summary>Bytes of the message, without a length before it.</summary>
    public long Length
    {
        get
        {
            if (_length < 0)
            {
                _length = _fields.Sum(static part => part.Length);
            }

            return _length;
        }
    }

    public ProtoMessage Add(int number, long value) => Add(new IntegerField(number, value));

    public ProtoMessage Add(int number, float value) => Add(new SingleField(number, value));

    public ProtoMessage Add(int number, string value) => Add(new BytesField(number, ByteString.CopyFromUtf8(value)));

    /// <summary>The bytes are kept, not copied.</summary>
    public ProtoMessage Add(int number, ReadOnlyMemory<byte> value) => Add(new BytesField(number, UnsafeByteOperations.UnsafeWrap(value)));

    public ProtoMessage Add(int number, ProtoMessage value) => Add(new MessageField(number, value));

    public void WriteTo(CodedOutputStream output)
    {
        foreach (var part in _fields)
        {
            part.WriteTo(output);
        }
    }

    private ProtoMessage Add(Field part)
    {
        _fields.Add(part);
        _length = -1;
        return this;
    }

    private abstract class Field(int number)
    {
        public abstract long Length { get; }

        protected int Number => number;

        protected int TagLength => CodedOutputStream.ComputeTagSize(number);

        public abstract void WriteTo(CodedOutputStream output);
    }

    private sealed class IntegerField(int number, long value) : Field(number)
    {
        public override long Length => TagLength + CodedOutputStream.ComputeInt64Size(value);

        public override void WriteTo(CodedOutputStream output)
        {
            output.WriteTag(Number, WireFormat.WireType.Varint);
            output.WriteInt64(value);
        }
    }

    private sealed class SingleField(int number, float value) : Field(number)
    {
        public override long Length => TagLength + sizeof(float);

        public override void WriteTo(CodedOutputStream output)
        {
            output.WriteTag(Number, WireFormat.WireType.Fixed32);
            output.WriteFloat(value);
        }
    }

    private sealed class BytesField(int number, ByteString value) : Field(number)
    {
        public override long Length => TagLength + CodedOutputStream.ComputeLengthSize(value.Length) + value.Length;

        public override void WriteTo(CodedOutputStream output)
        {
            output.WriteTag(Number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(value);
        }
    }

    private sealed class MessageField(int number, ProtoMessage value) : Field(number)
    {
        // A length above int's range is refused before anything is written.
        public override long Length => TagLength + CodedOutputStream.ComputeLengthSize((int)Math.Min(value.Length, int.MaxValue)) + value.Length;

        public override void WriteTo(CodedOutputStream output)
        {
            output.WriteTag(Number, WireFormat.WireType.LengthDelimited);
            output.WriteLength(checked((int)value.Length));
            value.WriteTo(output);
        }
    }
}
