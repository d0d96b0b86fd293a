using YamlDotNet.RepresentationModel;

namespace NumCnn.Conformance.Naive;

/// <summary>
/// A network.yaml interpreted in double precision by plain loops: deliberately obvious, slow, and written without a look at
/// the compiler. What it computes is checked against PyTorch over the corpus; random networks are then checked against it.
/// </summary>
internal sealed class NaiveNetwork
{
    private readonly List<NaiveLayer> _layers = [];
    private readonly Dictionary<string, NaiveTensor> _values = new(StringComparer.Ordinal);

    public NaiveNetwork(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var root = (YamlMappingNode)stream.Documents.Single().RootNode;
        InputShape = [.. ((YamlSequenceNode)root.Children["input"]).Children.Select(static node => int.Parse(((YamlScalarNode)node).Value!))];
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        string previous = "input";
        foreach (YamlNode entry in (YamlSequenceNode)root.Children["layers"])
        {
            var options = new NaiveOptions(entry);
            string prefix = options.Kind == "max_pool2d" ? "pool" : options.Kind.EndsWith("1d", StringComparison.Ordinal) || options.Kind.EndsWith("2d", StringComparison.Ordinal) ? options.Kind[..^2] : options.Kind;
            int count = counts[options.Kind] = counts.GetValueOrDefault(options.Kind) + 1;
            string name = options.Text("name") ?? $"{prefix}{count}";
            string[] sources = options.Has("from") ? options.Texts("from") : [previous];
            _layers.Add(NaiveCatalogue.Create(options, name, sources, this));
            previous = name;
        }

        Loss = root.Children.TryGetValue("loss", out YamlNode? loss) ? new NaiveLoss(new NaiveOptions(loss)) : null;
        SortBySources();
    }

    public int[] InputShape { get; }

    public NaiveLoss? Loss { get; }

    public IReadOnlyList<NaiveLayer> Layers => _layers;

    /// <summary>Parameters and running statistics by state_dict name, in PyTorch's order. Training changes the latter.</summary>
    public Dictionary<string, double[]> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>Gradients of the last backward pass by state_dict name.</summary>
    public Dictionary<string, double[]> Gradients { get; } = new(StringComparer.Ordinal);

    public bool Training { get; set; }

    /// <summary>A layer's output in the last forward pass.</summary>
    public NaiveTensor Value(string layer) => _values[layer];

    public NaiveTensor Forward(NaiveTensor x)
    {
        _values.Clear();
        _values.Add("input", x);
        foreach (NaiveLayer layer in _layers)
        {
            _values.Add(layer.Name, layer.Forward([.. layer.Sources.Select(source => _values[source])]));
        }

        return _values[_layers[^1].Name];
    }

    /// <summary>Fills <see cref="Gradients"/> and gives the gradient by the input of the last forward pass.</summary>
    public NaiveTensor Backward(NaiveTensor dy)
    {
        Gradients.Clear();
        var gradients = new Dictionary<string, NaiveTensor>(StringComparer.Ordinal) { [_layers[^1].Name] = dy };
        foreach (NaiveLayer layer in Enumerable.Reverse(_layers))
        {
            NaiveTensor[] inputs = [.. layer.Sources.Select(source => _values[source])];
            NaiveTensor[] shares = layer.Backward(inputs, _values[layer.Name], gradients[layer.Name]);
            foreach ((string source, NaiveTensor share) in layer.Sources.Zip(shares))
            {
                // a value that several layers read gets the sum of their gradients
                gradients[source] = gradients.TryGetValue(source, out NaiveTensor? sum) ? sum.Zip(share, static (a, b) => a + b) : share;
            }
        }

        foreach (NaiveLayer layer in _layers.Where(static layer => layer.Frozen))
        {
            Gradients.Remove($"{layer.Name}.weight");
            Gradients.Remove($"{layer.Name}.bias");
        }

        return gradients["input"];
    }

    private void SortBySources()
    {
        var waiting = new List<NaiveLayer>(_layers);
        var done = new HashSet<string>(StringComparer.Ordinal) { "input" };
        _layers.Clear();
        while (waiting.Count > 0)
        {
            NaiveLayer next = waiting.First(layer => layer.Sources.All(done.Contains));
            waiting.Remove(next);
            _layers.Add(next);
            done.Add(next.Name);
        }
    }
}
