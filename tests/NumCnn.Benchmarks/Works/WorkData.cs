using System.Runtime.InteropServices;
using System.Text.Json;
using NumCnn.Onnx;

namespace NumCnn.Benchmarks.Works;

/// <summary>
/// What both sides of a comparison get: the network's description, its parameters, inputs and targets, as files in a
/// folder that is deleted at the end.
/// </summary>
internal sealed class WorkData : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("numcnn-benchmarks-");

    public WorkData(Work work, int batch)
    {
        Work = work;
        Batch = batch;
        Network = work.Create();
        Vary(Network.Parameters);
        Info = Network.Info;
        int published = Network.Parameters.Sum(static parameter => parameter.Length);
        if (work.PublishedParameters != 0 && work.PublishedParameters != published)
        {
            throw new InvalidOperationException($"{work.Name} has {published} parameters and statistics; {work.PublishedParameters} are published.");
        }

        var random = new System.Random(20250101);
        Input = Values(random, checked(batch * Info.InputLength));
        TargetValues = Values(random, checked(batch * Info.OutputLength));
        TargetClasses = new int[batch];
        for (int i = 0; i < batch; i++)
        {
            TargetClasses[i] = random.Next(Info.OutputLength);
        }
    }

    public Work Work { get; }

    public int Batch { get; }

    /// <summary>The network that holds the parameters of all sides; it is not run itself.</summary>
    public INetwork<float> Network { get; }

    public NetworkInfo Info { get; }

    public float[] Input { get; }

    public float[] TargetValues { get; }

    public int[] TargetClasses { get; }

    /// <summary>The learning rate of the steps: small, so that thousands of them on one batch stay finite.</summary>
    public float LearningRate => 1e-3f;

    public string LossName => Work.Targets switch
    {
        TargetKind.Classes => "cross_entropy",
        TargetKind.HalfSquaredValues => "half_squared_error",
        _ => "mse",
    };

    public string OnnxFile => Made("model.onnx", path => OnnxExporter.Save(Network, path));

    public string WeightFile => Made("weights.npz", path => NumCnn.WeightFile.Save(Network.Parameters, path));

    public string InputFile => Made("input.f32", path => File.WriteAllBytes(path, MemoryMarshal.AsBytes<float>(Input)));

    public string TargetFile => Made("targets.bin", path => File.WriteAllBytes(path, Work.Targets == TargetKind.Classes ? MemoryMarshal.AsBytes<int>(TargetClasses) : MemoryMarshal.AsBytes<float>(TargetValues)));

    public string DescriptionFile => Made("network.json", path => File.WriteAllText(path, JsonSerializer.Serialize(new
    {
        Info.InputShape,
        Info.OutputShape,
        Layers = Info.Layers.Select(static layer => new { layer.Name, layer.Kind, layer.Inputs, Options = new Dictionary<string, string>(layer.Options, StringComparer.Ordinal), layer.InputShape, layer.OutputShape }),
    })));

    public string ScratchFile => Path.Combine(_folder.FullName, "result.f32");

    /// <summary>A new network with the parameters of all sides.</summary>
    public INetwork<float> NewNetwork()
    {
        var network = Work.Create();
        foreach (var parameter in Network.Parameters)
        {
            network.Parameters[parameter.Name].CopyFrom(parameter.ToArray());
        }

        return network;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static float[] Values(System.Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = random.NextSingle();
        }

        return values;
    }

    /// <summary>Scales, shifts and statistics of batch norm start as ones and zeros, which would hide a mistake.</summary>
    private static void Vary(ParameterSet<float> parameters)
    {
        var random = new System.Random(7);
        foreach (var parameter in parameters)
        {
            string kind = parameter.Name[(parameter.Name.LastIndexOf('.') + 1)..];
            bool isScale = kind == "running_var" || (kind == "weight" && parameter.Shape.Length == 1);
            if (isScale || kind == "running_mean")
            {
                var values = new float[parameter.Length];
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = isScale ? 0.75f + (0.5f * random.NextSingle()) : 0.2f * (random.NextSingle() - 0.5f);
                }

                parameter.CopyFrom(values);
            }
        }
    }

    private string Made(string name, Action<string> make)
    {
        string path = Path.Combine(_folder.FullName, name);
        if (!File.Exists(path))
        {
            make(path);
        }

        return path;
    }
}
