namespace NumCnn.Tests;

/// <summary>A state_dict of PyTorch's, in the formats that Reference/files.py wrote it in, and our own files.</summary>
public sealed class WeightFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("files/state_dict.npz")]
    [InlineData("files/state_dict_compressed.npz")]
    [InlineData("files/state_dict.safetensors")]
    public void A_state_dict_loads_by_name_and_shape(string file)
    {
        ParameterSet<float> set = TestSets.Model<float>();
        WeightFile.Load(set, ReferenceData.PathOf(file));
        var reference = new ReferenceData("files/state_dict.npz");
        foreach (Parameter<float> parameter in set)
        {
            Assert.Equal(reference[parameter.Name].ToArray<float>(), parameter.ToArray());
        }

        Assert.Equal(17, set.BatchCounters["bn1.num_batches_tracked"]);
        Assert.Equal(2, set.Version);
        // 96 of the 288 lanes of the blocked convolution are used for each of 3 outputs: the rest stays zero.
        Assert.Equal(9 * 2 * 13, set.Storage[..(9 * 2 * 16)].Count(0f));
    }

    [Theory]
    [InlineData("w.npz")]
    [InlineData("w.safetensors")]
    [InlineData("w.SafeTensors")]
    public void What_is_saved_is_loaded_bit_for_bit(string file)
    {
        ParameterSet<double> set = TestSets.Model<double>(), loaded = TestSets.Model<double>();
        set.Reset(5);
        Parameter<double> bias = set["fc.bias"];
        bias.CopyFrom([double.NaN, double.NegativeInfinity]);
        set.BatchCounters.Values[0] = 1L << 40;
        WeightFile.Save(set, _folder[file]);
        WeightFile.Load(loaded, _folder[file]);
        Assert.Equal(Bits(set), Bits(loaded));
        Assert.Equal(1L << 40, loaded.BatchCounters.Values[0]);
        Assert.Equal([file], _folder.Files);
    }

    [Theory]
    [InlineData("a.npz", "b.npz")]
    [InlineData("a.safetensors", "b.safetensors")]
    public void Equal_weights_make_equal_files(string one, string other)
    {
        ParameterSet<float> set = TestSets.Model<float>();
        set.Reset(5);
        WeightFile.Save(set, _folder[one]);
        WeightFile.Save(set, _folder[other]);
        Assert.Equal(File.ReadAllBytes(_folder[one]), File.ReadAllBytes(_folder[other]));
    }

    [Fact]
    public void Doubles_load_into_floats_unless_they_overflow()
    {
        ParameterSet<double> wide = TestSets.Model<double>();
        wide.Reset(5);
        WeightFile.Save(wide, _folder["wide.npz"]);
        ParameterSet<float> set = TestSets.Model<float>();
        WeightFile.Load(set, _folder["wide.npz"]);
        Assert.Equal(Array.ConvertAll(wide["conv1.weight"].ToArray(), static value => (float)value), set["conv1.weight"].ToArray());

        Parameter<double> bias = wide["fc.bias"];
        bias[1] = 1e300;
        WeightFile.Save(wide, _folder["wide.npz"]);
        AssertRefused(set, _folder["wide.npz"], "fc.bias", "element 1 is 1E+300");
    }

    [Theory]
    [InlineData("npz")]
    [InlineData("safetensors")]
    public void A_file_of_another_network_is_refused_and_says_why(string extension)
    {
        ParameterSet<float> set = TestSets.Model<float>();
        string path = _folder["other." + extension];
        StoredTensor[] all = Tensors();

        Write(path, [.. all.Where(static tensor => tensor.Name != "fc.bias")]);
        AssertRefused(set, path, "fc.bias", "shape [2], but the file has no tensor of that name");

        Write(path, [.. all, StoredTensor.Create<float>("head.weight", [1, 4], new float[4])]);
        AssertRefused(set, path, "head.weight", "shape [1, 4], but the network has no parameter");

        Write(path, [.. all.Select(static tensor => tensor.Name == "fc.weight" ? StoredTensor.Create<float>("fc.weight", [3, 2], new float[6]) : tensor)]);
        AssertRefused(set, path, "fc.weight", "the network's shape is [2, 3], the file's [3, 2]");

        Write(path, [.. all.Select(static tensor => tensor.Name == "fc.bias" ? StoredTensor.Create("fc.bias", [2], [1L, 2L]) : tensor)]);
        AssertRefused(set, path, "fc.bias", "holds Int64");

        Write(path, [.. all.Select(static tensor => tensor.Name.EndsWith("tracked", StringComparison.Ordinal) ? StoredTensor.Create(tensor.Name, [1], [1L]) : tensor)]);
        AssertRefused(set, path, "bn1.num_batches_tracked", "Int64 [], but the file holds Int64 [1]");
    }

    [Fact]
    public void Counters_may_be_missing_or_belong_to_other_layers()
    {
        ParameterSet<float> set = TestSets.Model<float>();
        set.BatchCounters.Values[0] = 5;
        Write(_folder["w.npz"], [.. Tensors().Where(static tensor => !tensor.Name.EndsWith("tracked", StringComparison.Ordinal)), StoredTensor.Create("bn9.num_batches_tracked", [], [4L])]);
        WeightFile.Load(set, _folder["w.npz"]);
        Assert.Equal(0, set.BatchCounters.Values[0]);
    }

    [Fact]
    public void Damage_in_the_last_tensor_leaves_all_weights_as_they_were()
    {
        ParameterSet<float> set = TestSets.Model<float>();
        WeightFile.Save(Filled(3), _folder["w.npz"]);
        byte[] bytes = File.ReadAllBytes(_folder["w.npz"]);
        // A bit in the content of the last array: the checksum finds it.
        int at = bytes.AsSpan().LastIndexOf("fc.bias.npy"u8);
        at = bytes.AsSpan(0, at).LastIndexOf("fc.bias.npy"u8) is var local and >= 0 ? local : at;
        bytes[at + 11 + 128 + 3] ^= 1;
        AssertRefused(set, _folder.Write("w.npz", bytes), "fc.bias", "checksum");
    }

    [Fact]
    public void An_interrupted_save_leaves_the_old_file_whole()
    {
        WeightFile.Save(Filled(3), _folder["w.safetensors"]);
        byte[] old = File.ReadAllBytes(_folder["w.safetensors"]);
        Assert.Throws<IOException>(() => AtomicFile.Write(_folder["w.safetensors"], static stream =>
        {
            stream.Write(new byte[100]);
            throw new IOException("The disk is full.");
        }));
        Assert.Equal(old, File.ReadAllBytes(_folder["w.safetensors"]));
        Assert.Equal(["w.safetensors"], _folder.Files);
        Assert.Throws<DirectoryNotFoundException>(() => WeightFile.Save(Filled(3), _folder["none/w.safetensors"]));
    }

    [Fact]
    public void A_link_keeps_its_place()
    {
        WeightFile.Save(Filled(3), _folder["target.npz"]);
        File.CreateSymbolicLink(_folder["link.npz"], _folder["target.npz"]);
        WeightFile.Save(Filled(4), _folder["link.npz"]);
        ParameterSet<float> loaded = Filled(3);
        WeightFile.Load(loaded, _folder["target.npz"]);
        Assert.Equal(Filled(4).Storage.ToArray(), loaded.Storage.ToArray());
        Assert.NotNull(new FileInfo(_folder["link.npz"]).LinkTarget);
    }

    [Fact]
    public void A_reader_of_the_old_file_is_not_disturbed_by_a_save()
    {
        WeightFile.Save(Filled(3), _folder["w.npz"]);
        byte[] old = File.ReadAllBytes(_folder["w.npz"]);
        using (var reader = new FileStream(_folder["w.npz"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            WeightFile.Save(Filled(4), _folder["w.npz"]);
            byte[] seen = new byte[old.Length];
            reader.ReadExactly(seen);
            Assert.Equal(old, seen);
        }

        Assert.NotEqual(old, File.ReadAllBytes(_folder["w.npz"]));
    }

    [Fact]
    public void Other_endings_and_missing_files_are_said()
    {
        ParameterSet<float> set = TestSets.Model<float>();
        Assert.Contains(".safetensors nor .npz", Assert.Throws<ArgumentException>(() => WeightFile.Save(set, _folder["w.pt"])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => WeightFile.Load(set, "w"));
        Assert.Throws<FileNotFoundException>(() => WeightFile.Load(set, _folder["w.npz"]));
        set.BeginWrite();
        Assert.Throws<InvalidOperationException>(() => WeightFile.Save(set, _folder["w.npz"]));
    }

    private static ParameterSet<float> Filled(ulong seed)
    {
        ParameterSet<float> set = TestSets.Model<float>();
        set.Reset(seed);
        return set;
    }

    private static long[] Bits(ParameterSet<double> set) => Array.ConvertAll(set.Storage.ToArray(), BitConverter.DoubleToInt64Bits);

    private static StoredTensor[] Tensors() => [.. NpzFile.Read(ReferenceData.PathOf("files/state_dict.npz"))];

    private static void Write(string path, StoredTensor[] tensors)
    {
        if (path.EndsWith(".npz", StringComparison.Ordinal))
        {
            NpzFile.Write(path, tensors);
        }
        else
        {
            SafetensorsFile.Write(path, tensors);
        }
    }

    private static void AssertRefused(ParameterSet<float> set, string path, string tensor, string reason)
    {
        set.Reset(77);
        set.BatchCounters.Values[0] = 9;
        float[] before = set.Storage.ToArray();
        var e = Assert.Throws<WeightFileException>(() => WeightFile.Load(set, path));
        Assert.Equal(path, e.Path);
        Assert.Equal(tensor, e.Tensor);
        Assert.Contains(reason, e.Reason, StringComparison.Ordinal);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, set.Storage.ToArray());
        Assert.Equal(9, set.BatchCounters.Values[0]);
    }
}
