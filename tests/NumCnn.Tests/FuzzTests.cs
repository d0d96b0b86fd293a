namespace NumCnn.Tests;

/// <summary>Damaged files: truncated at every length, or with bits flipped. Readers may refuse them in one way only.</summary>
public sealed class FuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("files/state_dict.npz")]
    [InlineData("files/state_dict_compressed.npz")]
    [InlineData("files/state_dict.safetensors")]
    public void Truncated_weight_files_are_refused(string file)
    {
        byte[] whole = File.ReadAllBytes(ReferenceData.PathOf(file));
        ParameterSet<float> set = TestSets.Model<float>();
        for (int length = 0; length < whole.Length; length++)
        {
            string path = _folder.Write("w" + Path.GetExtension(file), whole[..length]);
            Assert.Throws<WeightFileException>(() => WeightFile.Load(set, path));
        }

        Assert.False(set.Storage.ContainsAnyExcept(0f));
    }

    [Theory]
    [InlineData("files/state_dict.npz")]
    [InlineData("files/state_dict_compressed.npz")]
    [InlineData("files/state_dict.safetensors")]
    public void Weight_files_with_flipped_bits_load_whole_or_not_at_all(string file)
    {
        byte[] whole = File.ReadAllBytes(ReferenceData.PathOf(file));
        int refused = 0;
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= (byte)(1 << (at % 8));
            refused += IsRefused(damaged, file) ? 1 : 0;
        }

        // Some bits mean nothing (dates, paddings), and a .safetensors file has no checksum over its data.
        Assert.InRange(refused, whole.Length / 4, whole.Length);
    }

    [Theory]
    [InlineData("files/state_dict.npz")]
    [InlineData("files/state_dict_compressed.npz")]
    [InlineData("files/state_dict.safetensors")]
    public void Weight_files_with_many_wrong_bytes_load_whole_or_not_at_all(string file)
    {
        byte[] whole = File.ReadAllBytes(ReferenceData.PathOf(file));
        var random = new Random.RandomState(11);
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. whole];
            for (long changes = random.Randint(1, 9); changes > 0; changes--)
            {
                damaged[random.Randint(0, damaged.Length)] = (byte)(random.Randint(0, 4) == 0 ? 0xff : random.Randint(0, 256));
            }

            IsRefused(damaged, file);
        }
    }

    [Theory]
    [InlineData("files/f8_fortran_big_endian.npy")]
    [InlineData("files/f4_v2.npy")]
    [InlineData("files/scalar.npy")]
    public void Damaged_arrays_are_read_or_refused(string file)
    {
        byte[] whole = File.ReadAllBytes(ReferenceData.PathOf(file));
        for (int length = 0; length < whole.Length; length++)
        {
            string path = _folder.Write("a.npy", whole[..length]);
            Assert.Throws<WeightFileException>(() => NpyFile.Read(path));
        }

        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            string path = _folder.Write("a.npy", damaged);
            try
            {
                StoredTensor tensor = NpyFile.Read(path);
                Assert.Equal(tensor.Header.ByteLength, tensor.Data.Length);
            }
            catch (WeightFileException)
            {
                // The one way to refuse.
            }
        }
    }

    private bool IsRefused(byte[] content, string file)
    {
        string path = _folder.Write("w" + Path.GetExtension(file), content);
        ParameterSet<float> set = TestSets.Model<float>();
        try
        {
            WeightFile.Load(set, path);
            Assert.Equal(2, set.Version);
            return false;
        }
        catch (WeightFileException)
        {
            Assert.False(set.Storage.ContainsAnyExcept(0f));
            Assert.Equal(0, set.BatchCounters.Values[0]);
            Assert.Equal(0, set.Version);
            return true;
        }
    }
}
