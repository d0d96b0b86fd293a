using System.Text;

namespace NumCnn.Tests;

/// <summary>Arrays that NumPy wrote: Reference/files.py.</summary>
public sealed class NpyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("f8_v1", StoredType.Float64)]
    [InlineData("f4_v2", StoredType.Float32)]
    [InlineData("f2_v3", StoredType.Float16)]
    [InlineData("f8_big_endian", StoredType.Float64)]
    [InlineData("f4_fortran", StoredType.Float32)]
    [InlineData("f8_fortran_big_endian", StoredType.Float64)]
    public void Versions_orders_and_byte_orders_read_the_same(string name, StoredType type)
    {
        StoredTensor tensor = NpyFile.Read(ReferenceData.PathOf($"files/{name}.npy"));
        Assert.Equal(type, tensor.Type);
        Assert.Equal([2, 3, 4], tensor.Shape.ToArray());
        Assert.Equal(Enumerable.Range(0, 24).Select(static i => i * 0.75 - 5), tensor.ToArray<double>());
    }

    [Theory]
    [InlineData("i1")]
    [InlineData("u1")]
    [InlineData("i2")]
    [InlineData("u2")]
    [InlineData("i4")]
    [InlineData("u4")]
    [InlineData("i8")]
    [InlineData("u8")]
    [InlineData("b1")]
    public void Integers_of_every_size_are_read(string name)
    {
        StoredTensor tensor = NpyFile.Read(ReferenceData.PathOf($"files/{name}.npy"));
        long one = name == "b1" ? 1 : 100;
        Assert.Equal([0, one, one, 0, one], tensor.ToInt64Array());
        Assert.Equal([0, one, one, 0, one], tensor.ToArray<float>());
    }

    [Fact]
    public void Scalars_vectors_and_empty_arrays_are_read()
    {
        StoredTensor scalar = NpyFile.Read(ReferenceData.PathOf("files/scalar.npy"));
        Assert.Equal(0, scalar.Shape.Length);
        Assert.Equal([2.5], scalar.ToArray<double>());
        Assert.Equal([0, 1, 2, 3, 4], NpyFile.Read(ReferenceData.PathOf("files/vector.npy")).ToArray<double>());
        StoredTensor empty = NpyFile.Read(ReferenceData.PathOf("files/empty.npy"));
        Assert.Equal([3, 0, 2], empty.Shape.ToArray());
        Assert.Equal(0, empty.Length);
    }

    [Theory]
    [InlineData("complex", "'<c16' is not supported")]
    [InlineData("structured", "structured types are not supported")]
    public void Other_types_are_refused(string name, string reason) => Assert.Contains(
        reason,
        Assert.Throws<WeightFileException>(() => NpyFile.Read(ReferenceData.PathOf($"files/{name}.npy"))).Reason,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("f8_v1")]
    [InlineData("f4_v2")]
    [InlineData("scalar")]
    [InlineData("vector")]
    [InlineData("empty")]
    [InlineData("i8")]
    public void What_we_write_is_what_NumPy_writes(string name)
    {
        StoredTensor tensor = NpyFile.Read(ReferenceData.PathOf($"files/{name}.npy"));
        NpyFile.Write(_folder["a.npy"], tensor);
        byte[] ours = File.ReadAllBytes(_folder["a.npy"]);
        Assert.Equal(tensor.Data, NpyFile.Read(_folder["a.npy"]).Data);
        if (name != "f4_v2")
        {
            Assert.Equal(File.ReadAllBytes(ReferenceData.PathOf($"files/{name}.npy")), ours);
        }
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", null)]
    [InlineData("{\"shape\": (2L,), \"descr\": \"=f4\", \"fortran_order\": True}", null)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}", "unknown or second key 'x'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "lacks")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", "goes on")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "second key 'descr'")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", "neither True nor False")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", "a size of the shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,)}", "a size of the shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647)}", "at most")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2147483647, 2147483647, 2147483647)}", "data follow")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (500000000,)}", "the data end before")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "data follow")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,", "a size of the shape")]
    [InlineData("{'descr': '<f4", "no string")]
    [InlineData("", "no '{'")]
    public void Headers_are_held_to_the_format(string header, string? reason)
    {
        byte[] text = Encoding.Latin1.GetBytes(header);
        byte[] bytes = [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. text, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40];
        string path = _folder.Write("a.npy", bytes);
        if (reason is null)
        {
            Assert.Equal([1f, 2f], NpyFile.Read(path).ToArray<float>());
        }
        else
        {
            Assert.Contains(reason, Assert.Throws<WeightFileException>(() => NpyFile.Read(path)).Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Archives_go_there_and_back(bool compress)
    {
        StoredTensor[] tensors = [StoredTensor.Create<double>("a", [2, 2], [1, 2, 3, 4]), StoredTensor.Create<float>("x.y", [1000], new float[1000])];
        NpzFile.Write(_folder["a.npz"], tensors, compress);
        IReadOnlyList<StoredTensor> read = NpzFile.Read(_folder["a.npz"]);
        Assert.Equal(["a", "x.y"], read.Select(static tensor => tensor.Name));
        Assert.Equal([1, 2, 3, 4], read[0].ToArray<double>());
        Assert.Equal(compress, new FileInfo(_folder["a.npz"]).Length < 4000);
    }
}
