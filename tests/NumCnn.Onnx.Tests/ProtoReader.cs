using System.Text;
using Google.Protobuf;

namespace NumCnn.Onnx.Tests;

/// <summary>A protocol buffer message, read into its fields without a schema.</summary>
internal sealed class ProtoReader
{
    private readonly List<(int Number, object Value)> _fields = [];

    public ProtoReader(byte[] message)
    {
        using var input = new CodedInputStream(message);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            object value = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadInt64(),
                WireFormat.WireType.Fixed32 => input.ReadFloat(),
                WireFormat.WireType.LengthDelimited => input.ReadBytes().ToByteArray(),
                _ => throw new InvalidDataException($"tag {tag}"),
            };
            _fields.Add((WireFormat.GetTagFieldNumber(tag), value));
        }
    }

    public IEnumerable<long> Integers(int number) => Of(number).Cast<long>();

    public IEnumerable<ProtoReader> Messages(int number) => Of(number).Select(static value => new ProtoReader((byte[])value));

    public IEnumerable<string> Texts(int number) => Of(number).Select(static value => Encoding.UTF8.GetString((byte[])value));

    public string Text(int number) => Texts(number).Single();

    public byte[] Bytes(int number) => (byte[])Of(number).Single();

    private IEnumerable<object> Of(int number) => _fields.Where(field => field.Number == number).Select(static field => field.Value);
}
