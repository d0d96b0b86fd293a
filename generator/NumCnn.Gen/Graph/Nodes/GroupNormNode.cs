using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>
/// Normalisation of one sample over groups of channels: group norm, layer norm (one group) and instance norm (a group a
/// channel). Each channel's statistics come first, with lanes over channels, then a group's channels are combined.
/// </summary>
internal sealed class GroupNormNode : Node, IEpilogue
{
    private readonly int _groups;
    private readonly double _eps;
    private readonly ParameterTensor? _weight;
    private readonly ParameterTensor? _bias;
    private readonly bool _perElement;
    private readonly Storage _mean;
    private readonly Storage _deviation;
    private readonly int _padded;

    /// <param name="layer">The layer's name.</param>
    /// <param name="input">The value.</param>
    /// <param name="groups">Groups of channels; it divides them.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="weight">A factor a channel, or an element; null for none.</param>
    /// <param name="bias">A summand likewise.</param>
    /// <param name="perElement">The factor is one an element, stored like an image without a border.</param>
    /// <param name="block">Elements of a 64-byte block.</param>
    public GroupNormNode(string layer, Value input, int groups, double eps, ParameterTensor? weight, ParameterTensor? bias, bool perElement, int block)
        : base(layer, input)
    {
        _groups = groups;
        _eps = eps;
        _weight = weight;
        _bias = bias;
        _perElement = perElement;
        _padded = ParameterTensor.Padded(input.Shape.Channels, block);
        _mean = new Storage(layer + " mean", Region.Sample, _padded) { Dedicated = true };
        _deviation = new Storage(layer + " 1/deviation", Region.Sample, _padded) { Dedicated = true };
        Produce(layer, input.Shape);
    }

    public Func<Expr, Expr>? Epilogue { get; set; }

    public string EpilogueName { get; set; } = string.Empty;

    public override IEnumerable<ParameterTensor> Parameters => new[] { _weight, _bias }.OfType<ParameterTensor>();

    private Value Input => Inputs[0];

    private Shape Shape => Input.Shape;

    private int GroupSize => Shape.Channels / _groups;

    private double ValuesPerGroup => (double)GroupSize * Shape.Pixels;

    public override void Forward(ProgramBuilder program)
    {
        var mean = new Storage(Layer + " channel mean", Region.Sample, _padded);
        var squares = new Storage(Layer + " channel squares", Region.Sample, _padded);
        SampleStatistics.Add(program, Layer, Input, mean, squares, When.Always);
        Fold(program, mean, squares);

        string title = $"{Layer}{EpilogueName}: y = (x − mean) / deviation" + (_weight is null ? string.Empty : " · w + b");
        var nest = Nests.Elementwise(title, Shape, program.Block, (nest, c, i, j) =>
        {
            var normalised = ((Expr)Input.View.At(c, i, j) - new Access(_mean, c)) * (Expr)new Access(_deviation, c);
            var value = _weight is null ? normalised : Expr.MultiplyAdd(normalised, Affine(_weight.Storage, c, i, j), Affine(_bias!.Storage, c, i, j));
            nest.Stores.Add(new StoreTo(Output.View.At(c, i, j), Epilogue is null ? value : Epilogue(value)));
        });
        program.Add(Layer + ".Forward", title, Domain.Samples, [nest], [(Input.View.Storage, "x"), (_mean, "mean"), (_deviation, "deviation"), .. AffineRoles(), (Output.View.Storage, "y")]);
    }

    public override void Backward(ProgramBuilder program)
    {
        var dy = Output.Gradient;
        if (_weight is { Trainable: true } && _perElement)
        {
            ElementGradients(program, dy);
        }

        bool channelGradients = _weight is { Trainable: true } && !_perElement;
        if (!Input.NeedsGradient && !channelGradients)
        {
            return;
        }

        var sum = new Storage(Layer + " sum dy", Region.Sample, _padded);
        var product = new Storage(Layer + " sum dy x", Region.Sample, _padded);
        string title = $"{Layer}: of one sample, Σ dy and Σ dy · x normalised";
        var sums = Nests.PerChannel(title, Shape.Channels, program.Block, (nest, c) =>
        {
            var i = new Axis("i", Shape.Rows);
            var j = new Axis("j", Shape.Columns);
            nest.Reduction.AddRange([i, j]);
            Expr gradient = dy.At(c, i, j);
            if (_perElement && _weight is not null)
            {
                gradient *= (Expr)Affine(_weight.Storage, c, i, j);
            }

            var a = Nests.Sum(nest, "a", a => a + gradient);
            var b = Nests.Sum(nest, "b", b => Expr.MultiplyAdd(gradient, (Expr)Input.View.At(c, i, j) - new Access(_mean, c), b));
            nest.Stores.Add(new StoreTo(new Access(sum, c), a));
            nest.Stores.Add(new StoreTo(new Access(product, c), b * (Expr)new Access(_deviation, c)));
        });
        program.Add(
            Layer + ".SumGradients",
            title,
            Domain.Samples,
            [sums],
            [(Input.View.Storage, "x"), (dy.Storage, "dy"), .. AffineRoles(), (_mean, "mean"), (_deviation, "deviation"), (sum, "sum"), (product, "product")]);
        if (channelGradients)
        {
            ChannelGradients(program, sum, product);
        }

        if (Input.NeedsGradient)
        {
            program.ForGradientOf(Input.Trains, () => InputGradient(program, dy, sum, product));
        }
    }

    /// <summary>Mean and deviation of each group, written for each of its channels.</summary>
    private void Fold(ProgramBuilder program, Storage mean, Storage squares)
    {
        string title = $"{Layer}: mean and 1 / deviation of each group of {GroupSize} channels";
        var average = Group(title, (nest, g, k) =>
        {
            var sum = Nests.Sum(nest, "a", sum => sum + (Expr)new Access(mean, (g * GroupSize) + k));
            nest.Stores.Add(new StoreTo(new Access(_mean, g * GroupSize), sum * (1.0 / GroupSize)));
        });
        var variance = Group(title, (nest, g, k) =>
        {
            var difference = (Expr)new Access(mean, (g * GroupSize) + k) - new Access(_mean, g * GroupSize);
            var sum = Nests.Sum(nest, "a", sum => sum + Expr.MultiplyAdd(difference * difference, Shape.Pixels, new Access(squares, (g * GroupSize) + k)));
            nest.Stores.Add(new StoreTo(new Access(_deviation, g * GroupSize), (Expr)1 / Expr.Sqrt(Expr.MultiplyAdd(sum, 1 / ValuesPerGroup, _eps))));
        });
        var nests = new List<Nest> { average, variance };
        nests.AddRange(Spread(title, _mean, _deviation));
        program.Add(Layer + ".CombineStatistics", title, Domain.Samples, nests, [(mean, "means"), (squares, "squares"), (_mean, "mean"), (_deviation, "deviation")]);
    }

    private void InputGradient(ProgramBuilder program, View dy, Storage sum, Storage product)
    {
        var slope = new Storage(Layer + " slope", Region.Sample, _padded) { Dedicated = true };
        var offset = new Storage(Layer + " offset", Region.Sample, _padded) { Dedicated = true };
        string title = $"{Layer}: the slope of dx for each group of {GroupSize} channels";
        var fold = Group(title, (nest, g, k) =>
        {
            var channel = (g * GroupSize) + k;
            Expr weight = _weight is null || _perElement ? 1 : new Access(_weight.Storage, channel);
            var a = Nests.Sum(nest, "a", a => Expr.MultiplyAdd(new Access(sum, channel), weight, a));
            var b = Nests.Sum(nest, "b", b => Expr.MultiplyAdd(new Access(product, channel), weight, b));
            Expr deviation = new Access(_deviation, g * GroupSize);
            var value = -(deviation * deviation * b * (1 / ValuesPerGroup));
            nest.Stores.Add(new StoreTo(new Access(slope, g * GroupSize), value));
            nest.Stores.Add(new StoreTo(new Access(offset, g * GroupSize), -(deviation * a * (1 / ValuesPerGroup))));
        });
        var nests = new List<Nest> { fold };
        nests.AddRange(Spread(title, slope, offset));
        program.Add(
            Layer + ".CombineGradients",
            title,
            Domain.Samples,
            nests,
            [(sum, "sum"), (product, "product"), .. AffineRoles(), (_mean, "mean"), (_deviation, "deviation"), (slope, "slope"), (offset, "offset")]);

        var part = GradientPart.Of(Input, this);
        title = $"{Layer}: dx = dy · w / deviation + slope · (x − mean) + offset{part.Title}";
        var nest = Nests.Elementwise(title, Shape, program.Block, (nest, c, i, j) =>
        {
            Expr scale = new Access(_deviation, c);
            if (_weight is not null)
            {
                scale *= (Expr)Affine(_weight.Storage, c, i, j);
            }

            var value = Expr.MultiplyAdd(scale, dy.At(c, i, j), Expr.MultiplyAdd(new Access(slope, c), (Expr)Input.View.At(c, i, j) - new Access(_mean, c), new Access(offset, c)));
            nest.Stores.Add(part.Store(c, i, j, value));
        });
        program.Add(
            Layer + ".Backward",
            title,
            Domain.Samples,
            [nest],
            [(Input.View.Storage, "x"), (dy.Storage, "dy"), (_mean, "mean"), (_deviation, "deviation"), .. AffineRoles(), (slope, "slope"), (offset, "offset"), (Input.Gradient.Storage, "dx")]);
    }

    private void ChannelGradients(ProgramBuilder program, Storage sum, Storage product)
    {
        string title = $"{Layer}: dw and db, each sample's sums added in order";
        var nest = Nests.PerChannel(title, Shape.Channels, program.Block, (nest, c) =>
        {
            var n = new Axis("n", Axis.Symbolic);
            nest.Reduction.Add(n);
            var a = Nests.Sum(nest, "a", a => a + (Expr)new Access(sum, c + n));
            var b = Nests.Sum(nest, "b", b => b + (Expr)new Access(product, c + n));
            nest.Stores.Add(Nests.Into(new Access(_weight!.GradientStorage, c), b, add: true));
            nest.Stores.Add(Nests.Into(new Access(_bias!.GradientStorage, c), a, add: true));
        });
        program.AddParameterGradient(
            Layer + ".ParameterGradients", title, [nest], (sum, "sums"), (product, "products"), (_weight!.GradientStorage, "dw"), (_bias!.GradientStorage, "db"));
    }

    private void ElementGradients(ProgramBuilder program, View dy)
    {
        string title = $"{Layer}: dw and db of each element, over the samples in order";
        var nest = Nests.Elementwise(title, Shape, program.Block, (nest, c, i, j) =>
        {
            var n = new Axis("n", Axis.Symbolic);
            nest.Reduction.Add(n);
            Access PerSample(Access access) => new(access.Storage, access.Address + n);
            Expr gradient = PerSample(dy.At(c, i, j));
            var normalised = ((Expr)PerSample(Input.View.At(c, i, j)) - PerSample(new Access(_mean, c))) * (Expr)PerSample(new Access(_deviation, c));
            var a = Nests.Sum(nest, "a", a => a + gradient);
            var b = Nests.Sum(nest, "b", b => Expr.MultiplyAdd(gradient, normalised, b));
            nest.Stores.Add(Nests.Into(Affine(_weight!.GradientStorage, c, i, j), b, add: true));
            nest.Stores.Add(Nests.Into(Affine(_bias!.GradientStorage, c, i, j), a, add: true));
        });
        program.AddParameterGradient(
            Layer + ".ParameterGradients",
            title,
            [nest],
            (Input.View.Storage, "x"),
            (dy.Storage, "dy"),
            (_mean, "mean"),
            (_deviation, "deviation"),
            (_weight!.GradientStorage, "dw"),
            (_bias!.GradientStorage, "db"));
    }

    private Nest Group(string title, Action<Nest, Axis, Axis> body)
    {
        var nest = new Nest { Title = title };
        var g = new Axis("g", _groups);
        var k = new Axis("k", GroupSize);
        nest.Parallel.Add(g);
        nest.Reduction.Add(k);
        body(nest, g, k);
        return nest;
    }

    /// <summary>Copies a group's first channel to its others.</summary>
    private IEnumerable<Nest> Spread(string title, params Storage[] storages)
    {
        if (GroupSize == 1)
        {
            yield break;
        }

        foreach (var storage in storages)
        {
            var nest = new Nest { Title = title };
            var g = new Axis("g", _groups);
            var k = new Axis("k", GroupSize - 1);
            nest.Parallel.AddRange([g, k]);
            nest.Stores.Add(new StoreTo(new Access(storage, (g * GroupSize) + k + 1), new Access(storage, g * GroupSize)));
            yield return nest;
        }
    }

    private Access Affine(Storage storage, Schedule.Affine c, Schedule.Affine i, Schedule.Affine j)
        => new(storage, _perElement ? (i * (Shape.Columns * _padded)) + (j * _padded) + c : c);

    private List<(Storage, string)> AffineRoles()
        => _weight is null ? [] : [(_weight.Storage, "w"), (_bias!.Storage, "b")];
}
