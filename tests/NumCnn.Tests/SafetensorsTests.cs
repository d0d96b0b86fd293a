using System.Buffers.Binary;
using System.Text;

namespace NumCnn.Tests;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>A header, the bytes of data that follow it, and what is said.</summary>
    public static TheoryData<string, int, string> BadHeaders { get; } = new()
    {
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlap" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""", 16, "gap" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "gap" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "8 bytes, but the file 12" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "the file has 4 bytes of data" },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "Float32 [3] has 12" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "gap" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,-8]}}""", 8, "end at -8" },
        { """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "negative" },
        { """{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}}""", 8, "Float32 [2147483647, 2147483647, 2147483647]" },
        { """{"a":{"dtype":"F32","shape":[99999999999],"data_offsets":[0,8]}}""", 8, "damaged" },
        { """{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "damaged" },
        { """{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "damaged" },
        { """{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "'F8_E4M3' is not known" },
        { """{"a":{"dtype":"F32","shape":[2]}}""", 8, "missing" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "two data_offsets" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}""", 8, "'x'" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "'dtype' occurs twice" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "the name occurs twice" },
        { """{"__metadata__":{"format":3},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "'format' is no string" },
        { """{"a":"F32"}""", 8, "damaged" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "damaged" },
        { """{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "damaged" },
        { """{"\ud800\u0041":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "damaged" },
        { """{"\u12":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "damaged" },
        { """{"\x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "damaged" },
        { """{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}""", 8, "damaged" },
        { """{"a":{"dtype":"F32","shape":[-],"data_offsets":[0,8]}}""", 8, "damaged" },
        { """{"a":{"dtype":"F32","shape":[2,],"data_offsets":[0,8]}}""", 8, "damaged" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775808]}}""", 8, "damaged" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[]}}""", 8, "two data_offsets" },
        { """{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", 8, "more than 32 dimensions" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},}""", 8, "damaged" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}""", 8, "damaged" },
        { "{\"a\tb\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "damaged" },
        { " {}", 0, "no JSON object" },
        { "[]", 0, "no JSON object" },
        { "", 0, "no JSON object" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void Headers_that_lie_are_refused(string header, int data, string reason)
    {
        var e = Assert.Throws<WeightFileException>(() => SafetensorsFile.Read(Write(header, new byte[data])));
        Assert.Contains(reason, e.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 62)]
    [InlineData(100_000_000UL)]
    [InlineData(9UL)]
    public void A_header_longer_than_the_file_is_refused(ulong length)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Assert.Contains("claims", Assert.Throws<WeightFileException>(() => SafetensorsFile.Read(_folder.Write("w.safetensors", bytes))).Reason, StringComparison.Ordinal);
        Assert.Throws<WeightFileException>(() => SafetensorsFile.Read(_folder.Write("w.safetensors", bytes[..5])));
    }

    [Fact]
    public void Headers_are_read_with_their_keys_and_tensors_in_any_order()
    {
        const string Header = """
            {
              "b\u00e4\"\ud83d\ude00\/\n": { "data_offsets" : [ 8 , 12 ], "shape":[ ], "dtype":"F32" },
              "__metadata__": {"format": "\u0070t", "": "ä"},
              "ä": {"dtype":"F32","data_offsets":[0,8],"shape":[2]}
            }
            """;
        byte[] data = new byte[12];
        BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(4), 2);
        BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(8), 3);
        var read = SafetensorsFile.Read(Write(Header, data));
        Assert.Equal(["bä\"\U0001F600/\n", "ä"], read.Select(static tensor => tensor.Name));
        Assert.Equal([3f], read[0].ToArray<float>());
        Assert.Equal([0f, 2f], read[1].ToArray<float>());
    }

    [Fact]
    public void Names_that_are_no_UTF_8_are_refused()
    {
        byte[] header = [.. """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""u8];
        header[2] = 0xff;
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        string path = _folder.Write("w.safetensors", [.. length, .. header, .. new byte[8]]);
        Assert.Contains("damaged", Assert.Throws<WeightFileException>(() => SafetensorsFile.Read(path)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_precision_types_are_converted_exactly()
    {
        var expected = new ReferenceData("files/types.npz");
        foreach (StoredTensor tensor in SafetensorsFile.Read(ReferenceData.PathOf("files/types.safetensors")))
        {
            Assert.Equal([2, 3], tensor.Shape.ToArray());
            Assert.Equal(expected.Doubles(tensor.Name), tensor.ToArray<double>());
        }
    }

    [Fact]
    public void Empty_files_scalars_and_empty_tensors_go_there_and_back()
    {
        SafetensorsFile.Write(_folder["none.safetensors"], []);
        Assert.Empty(SafetensorsFile.Read(_folder["none.safetensors"]));
        SafetensorsFile.Write(
            _folder["w.safetensors"],
            [StoredTensor.Create<float>("päule \"x\"", [], [1.5f]), StoredTensor.Create<double>("none", [3, 0], []), StoredTensor.Create("n", [2], [long.MinValue, 3])]);
        var read = SafetensorsFile.Read(_folder["w.safetensors"]).ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        Assert.Equal([1.5f], read["päule \"x\""].ToArray<float>());
        Assert.Equal([3, 0], read["none"].Shape.ToArray());
        Assert.Equal([long.MinValue, 3], read["n"].ToInt64Array());
        Assert.Throws<InvalidOperationException>(() => read["none"].ToInt64Array());
    }

    [Fact]
    public void Tensors_lie_aligned_in_our_files()
    {
        SafetensorsFile.Write(_folder["w.safetensors"], [StoredTensor.Create<float>("a", [3], [1, 2, 3]), StoredTensor.Create<double>("b", [1], [4]), StoredTensor.Create("c", [], [5L])]);
        byte[] bytes = File.ReadAllBytes(_folder["w.safetensors"]);
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, header % 8);
        Assert.StartsWith(
            """{"__metadata__":{"format":"pt"},"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"c":{"dtype":"I64","shape":[],"data_offsets":[8,16]},"a":{"dtype":"F32","shape":[3],"data_offsets":[16,28]}}""",
            Encoding.UTF8.GetString(bytes, 8, header),
            StringComparison.Ordinal);
        Assert.Equal(8 + header + 28, bytes.Length);
    }

    private string Write(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        return _folder.Write("w.safetensors", [.. length, .. text, .. data]);
    }
}
