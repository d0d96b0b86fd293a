using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>
/// Batch normalisation as a scale and a shift for each channel: y = x · scale + shift. In training they come from the batch
/// (each sample's mean and sum of squares first, where it has several pixels, then the samples combined in order), otherwise from the running statistics.
/// </summary>
internal sealed class BatchNormNode : Node, IEpilogue, IFusable
{
    private readonly ParameterTensor? _weight;
    private readonly ParameterTensor? _bias;
    private readonly ParameterTensor _runningMean;
    private readonly ParameterTensor _runningVariance;
    private readonly double _eps;
    private readonly double _momentum;
    private readonly int _counter;
    private readonly bool _frozen;
    private readonly int _block;
    private Storage _scale = null!;
    private Storage _shift = null!;
    private Storage _mean = null!;
    private Storage _deviation = null!;
    private Storage _slope = null!;
    private Storage _offset = null!;

    public BatchNormNode(
        string layer, Value input, ParameterTensor? weight, ParameterTensor? bias, ParameterTensor runningMean, ParameterTensor runningVariance, double eps, double momentum, int counter, bool frozen, int block)
        : base(layer, input)
    {
        _weight = weight;
        _bias = bias;
        _runningMean = runningMean;
        _runningVariance = runningVariance;
        _eps = eps;
        _momentum = momentum;
        _counter = counter;
        _frozen = frozen;
        _block = block;
        Produce(layer, input.Shape);
    }

    public Func<Expr, Expr>? Epilogue { get; set; }

    public string EpilogueName { get; set; } = string.Empty;

    public override IEnumerable<ParameterTensor> Parameters => new[] { _weight, _bias, _runningMean, _runningVariance }.OfType<ParameterTensor>();

    private Value Input => Inputs[0];

    private int Channels => Input.Shape.Channels;

    /// <summary>A sample has one value a channel, which needs no sums of its own.</summary>
    private bool IsSinglePixel => Input.Shape.Pixels == 1 && Input.Phases == 0;

    public IEnumerable<(Storage Storage, string Role)> Operands => [(_scale, "scale"), (_shift, "shift")];

    public Expr Apply(Expr value, OutputPoint point)
    {
        var normalised = Expr.MultiplyAdd(value, new Access(_scale, point.Channel), new Access(_shift, point.Channel));
        return Epilogue is null ? normalised : Epilogue(normalised);
    }

    /// <summary>The sum of squared differences counts every lane, so that none may lie beyond the image.</summary>
    public override int? PhasesOfInput(int phases) => Input.Shape.Columns % (phases * _block) == 0 ? phases : null;

    public override void Predict(ProgramBuilder program)
    {
        Running(program);
        if (!IsFusedInPredict)
        {
            Normalise(program);
        }
    }

    public override void Forward(ProgramBuilder program)
    {
        int padded = ParameterTensor.Padded(Channels, program.Block);
        _scale = program.Scratch(Layer + " scale", padded);
        _shift = program.Scratch(Layer + " shift", padded);
        _mean = program.Scratch(Layer + " mean", padded);
        _deviation = program.Scratch(Layer + " 1/deviation", padded);
        if (!_frozen)
        {
            BatchStatistics(program, padded);
        }

        Running(program);
        Normalise(program);
    }

    private void Normalise(ProgramBuilder program)
    {
        string title = $"{Layer}{EpilogueName}: y = x · scale[c] + shift[c]";
        var nest = Nests.Elementwise(title, Input, program.Block, (nest, c, i, j) =>
        {
            var value = Expr.MultiplyAdd(Input.View.At(c, i, j), new Access(_scale, c), new Access(_shift, c));
            nest.Stores.Add(new StoreTo(Output.View.At(c, i, j), Epilogue is null ? value : Epilogue(value)));
        });
        program.Add(Layer + ".Forward", title, nest, (Input.View.Storage, "x"), (_scale, "scale"), (_shift, "shift"), (Output.View.Storage, "y"));
    }

    public override void Backward(ProgramBuilder program)
    {
        int padded = ParameterTensor.Padded(Channels, program.Block);
        var dy = Output.Gradient;
        if (IsSinglePixel)
        {
            Combine(program, padded, (a, c, n) => a + (Expr)dy.At(c, 0, 0).Moved(n), (b, c, n) => Expr.MultiplyAdd(dy.At(c, 0, 0).Moved(n), Difference(Input.View.At(c, 0, 0).Moved(n), c), b), InDeviations, [(Input.View.Storage, "x"), (dy.Storage, "dy")]);
        }
        else
        {
            var sum = new Storage(Layer + " sum dy", Region.Sample, padded);
            var product = new Storage(Layer + " sum dy x", Region.Sample, padded);
            SampleGradients(program, dy, sum, product);
            Combine(program, padded, (a, c, n) => a + (Expr)new Access(sum, c + n), (b, c, n) => b + (Expr)new Access(product, c + n), static (_, b) => b, [(sum, "sums"), (product, "products")]);
        }

        if (Input.NeedsGradient)
        {
            var part = GradientPart.Of(Input, this);
            string title = $"{Layer}: dx = scale[c] · dy + slope[c] · (x − mean[c]) + offset[c]{part.Title}";
            var nest = Nests.Elementwise(title, Input, program.Block, (nest, c, i, j) => nest.Stores.Add(part.Store(
                c,
                i,
                j,
                Expr.MultiplyAdd(new Access(_scale, c), dy.At(c, i, j), Expr.MultiplyAdd(new Access(_slope, c), Difference(Input.View.At(c, i, j), c), new Access(_offset, c))))));
            program.ForGradientOf(Input.Trains, () => program.Add(
                Layer + ".Backward",
                title,
                nest,
                (Input.View.Storage, "x"),
                (dy.Storage, "dy"),
                (_scale, "scale"),
                (_mean, "mean"),
                (_slope, "slope"),
                (_offset, "offset"),
                (Input.Gradient.Storage, "dx")));
        }
    }

    /// <summary>Of one sample, what its gradients add up to.</summary>
    private void SampleGradients(ProgramBuilder program, View dy, Storage sum, Storage product)
    {
        string title = $"{Layer}: of one sample, Σ dy and Σ dy · (x − mean[c])";
        var sums = new PixelSums(title, Input, program.Block);
        sums.Add("a", (a, c, i, j) => a + (Expr)dy.At(c, i, j), sum, static (_, total) => total);
        sums.Add("b", (b, c, i, j) => Expr.MultiplyAdd(dy.At(c, i, j), Difference(Input.View.At(c, i, j), c), b), product, InDeviations);
        program.Add(
            Layer + ".SumGradients",
            title,
            Domain.Samples,
            sums.Nests,
            [(Input.View.Storage, "x"), (dy.Storage, "dy"), (_mean, "mean"), (_deviation, "deviation"), .. sums.Roles, (sum, "sum"), (product, "product")]);
    }

    private Expr Difference(Access x, Affine c) => (Expr)x - new Access(_mean, c);

    private Expr InDeviations(Affine c, Expr product) => product * (Expr)new Access(_deviation, c);

    private void BatchStatistics(ProgramBuilder program, int padded)
    {
        var mean = new Storage(Layer + " sample mean", Region.Sample, padded);
        var squares = new Storage(Layer + " sample squares", Region.Sample, padded);
        if (!IsSinglePixel)
        {
            SampleStatistics.Add(program, Layer, Input, mean, squares, When.Training | When.NotInPredict);
        }

        string title = $"{Layer}: mean and variance of the batch{(IsSinglePixel ? string.Empty : " from its samples'")}, scale, shift and running statistics";
        int pixels = Input.Shape.Pixels;
        Access Mean(Affine c, Axis n) => IsSinglePixel ? Input.View.At(c, 0, 0).Moved(n) : new Access(mean, c + n);
        var average = Nests.PerChannel(title, Channels, program.Block, (nest, c) =>
        {
            var n = new Axis("n", Axis.Symbolic);
            nest.Reduction.Add(n);
            var sum = Nests.Sum(nest, "a", sum => sum + (Expr)Mean(c, n));
            nest.Stores.Add(new StoreTo(new Access(_mean, c), sum * new Scalar("perSample")));
        });
        var variance = Nests.PerChannel(title, Channels, program.Block, (nest, c) =>
        {
            var n = new Axis("n", Axis.Symbolic);
            nest.Reduction.Add(n);
            var difference = Difference(Mean(c, n), c);
            var sum = Nests.Sum(nest, "a", sum => IsSinglePixel ? Expr.MultiplyAdd(difference, difference, sum) : sum + Expr.MultiplyAdd(difference * difference, pixels, new Access(squares, c + n)));
            var biased = sum * (new Scalar("perSample") * (1.0 / pixels));
            var deviation = (Expr)1 / Expr.Sqrt(biased + _eps);
            var scale = _weight is null ? deviation : deviation * (Expr)new Access(_weight.Storage, c);
            Expr center = new Access(_mean, c);
            Expr shift = _bias is null ? -(center * scale) : (Expr)new Access(_bias.Storage, c) - (center * scale);
            nest.Stores.Add(new StoreTo(new Access(_deviation, c), deviation));
            nest.Stores.Add(new StoreTo(new Access(_scale, c), scale));
            nest.Stores.Add(new StoreTo(new Access(_shift, c), shift));
            var (runningMean, runningVariance) = (new Access(_runningMean.Storage, c), new Access(_runningVariance.Storage, c));
            nest.Stores.Add(new StoreTo(runningMean, Expr.MultiplyAdd(center, _momentum, (Expr)runningMean * (1 - _momentum))));
            nest.Stores.Add(new StoreTo(runningVariance, Expr.MultiplyAdd(biased * new Scalar("unbias"), _momentum, (Expr)runningVariance * (1 - _momentum))));
        });
        program.Add(
            Layer + ".CombineStatistics",
            title,
            Domain.Once,
            [average, variance],
            [
                (Input.View.Storage, "x"), (mean, "means"), (squares, "squares"), .. AffineRoles(), (_mean, "mean"), (_deviation, "deviation"), (_scale, "scale"), (_shift, "shift"),
                (_runningMean.Storage, "runningMean"), (_runningVariance.Storage, "runningVariance"),
            ],
            When.Training | When.NotInPredict,
            "perSample = 1.0 / Samples",
            FormattableString.Invariant($"unbias = {pixels}.0 * Samples / Math.Max(1, ({pixels}.0 * Samples) - 1)"),
            FormattableString.Invariant($"CountBatch({_counter})"));
    }

    private void Running(ProgramBuilder program)
    {
        string title = $"{Layer}: scale and shift from the running statistics";
        var nest = Nests.PerChannel(title, Channels, program.Block, (nest, c) =>
        {
            var deviation = (Expr)1 / Expr.Sqrt((Expr)new Access(_runningVariance.Storage, c) + _eps);
            Expr center = new Access(_runningMean.Storage, c);
            var scale = _weight is null ? deviation : deviation * (Expr)new Access(_weight.Storage, c);
            nest.Stores.Add(new StoreTo(new Access(_mean, c), center));
            nest.Stores.Add(new StoreTo(new Access(_deviation, c), deviation));
            nest.Stores.Add(new StoreTo(new Access(_scale, c), scale));
            nest.Stores.Add(new StoreTo(new Access(_shift, c), _bias is null ? -(center * scale) : (Expr)new Access(_bias.Storage, c) - (center * scale)));
        });
        program.Add(
            Layer + ".UseRunningStatistics",
            title,
            Domain.Once,
            [nest],
            [.. AffineRoles(), (_runningMean.Storage, "runningMean"), (_runningVariance.Storage, "runningVariance"), (_mean, "mean"), (_deviation, "deviation"), (_scale, "scale"), (_shift, "shift")],
            _frozen ? When.Always : When.Evaluation);
    }

    /// <summary>The parameters' gradients, and dx as a linear function of dy and x − mean, which does not cancel where the mean is large.</summary>
    /// <param name="program">The steps.</param>
    /// <param name="padded">Elements of a value a channel.</param>
    /// <param name="addGradient">Σ dy after one more sample, from the sum, the channel and the sample.</param>
    /// <param name="addProduct">Σ dy · (x − mean) likewise.</param>
    /// <param name="finish">The product's sum in deviations, as x is.</param>
    /// <param name="operands">What they read.</param>
    private void Combine(
        ProgramBuilder program,
        int padded,
        Func<Expr, Affine, Axis, Expr> addGradient,
        Func<Expr, Affine, Axis, Expr> addProduct,
        Func<Affine, Expr, Expr> finish,
        IReadOnlyList<(Storage Storage, string Role)> operands)
    {
        _slope = program.Scratch(Layer + " slope", padded);
        _offset = program.Scratch(Layer + " offset", padded);
        foreach (bool training in _frozen ? new[] { false } : [true, false])
        {
            string title = $"{Layer}: gradients of scale and shift, and the slope of dx " + (training ? "in training" : "with fixed statistics");
            var nest = Nests.PerChannel(title, Channels, program.Block, (nest, c) =>
            {
                var n = new Axis("n", Axis.Symbolic);
                nest.Reduction.Add(n);
                var a = Nests.Sum(nest, "a", a => addGradient(a, c, n));
                var b = finish(c, Nests.Sum(nest, "b", b => addProduct(b, c, n)));
                if (_weight is { Trainable: true })
                {
                    nest.Stores.Add(Nests.Into(new Access(_weight.GradientStorage, c), b, add: true));
                }

                if (_bias is { Trainable: true })
                {
                    nest.Stores.Add(Nests.Into(new Access(_bias.GradientStorage, c), a, add: true));
                }

                Expr perValue = new Scalar("perSample") * (1.0 / Input.Shape.Pixels);
                Expr scale = new Access(_scale, c);
                Expr slope = training ? -(scale * (Expr)new Access(_deviation, c) * b * perValue) : 0;
                nest.Stores.Add(new StoreTo(new Access(_slope, c), slope));
                nest.Stores.Add(new StoreTo(new Access(_offset, c), training ? -(scale * a * perValue) : 0));
            });
            List<(Storage, string)> roles = [.. operands, (_scale, "scale"), (_deviation, "deviation"), (_mean, "mean")];
            if (_weight is not null)
            {
                roles.Add((_weight.GradientStorage, "dw"));
            }

            if (_bias is not null)
            {
                roles.Add((_bias.GradientStorage, "db"));
            }

            roles.AddRange([(_slope, "slope"), (_offset, "offset")]);
            program.Add(
                Layer + (training ? ".CombineGradients" : ".CombineGradientsFixed"),
                title,
                Domain.Once,
                [nest],
                roles,
                _frozen ? When.Always : training ? When.Training : When.Evaluation,
                training ? ["perSample = 1.0 / Samples"] : []);
        }
    }

    private List<(Storage, string)> AffineRoles()
    {
        var roles = new List<(Storage, string)>();
        if (_weight is not null)
        {
            roles.Add((_weight.Storage, "w"));
        }

        if (_bias is not null)
        {
            roles.Add((_bias.Storage, "b"));
        }

        return roles;
    }
}

/// <summary>Mean and sum of squared differences of each channel of one sample.</summary>
internal static class SampleStatistics
{
    public static void Add(ProgramBuilder program, string layer, Value input, Storage mean, Storage squares, When when)
    {
        string title = $"{layer}: of one sample, each channel's mean and Σ (x − mean)²";
        int pixels = input.Shape.Pixels;
        var average = new PixelSums(title, input, program.Block);
        average.Add("a", (sum, c, i, j) => sum + (Expr)input.View.At(c, i, j), mean, (_, sum) => sum * (1.0 / pixels));
        var deviation = new PixelSums(title, input, program.Block);
        deviation.Add(
            "a",
            (sum, c, i, j) =>
            {
                var difference = (Expr)input.View.At(c, i, j) - new Access(mean, c);
                return Expr.MultiplyAdd(difference, difference, sum);
            },
            squares,
            static (_, sum) => sum);
        program.Add(
            layer + ".SampleStatistics",
            title,
            Domain.Samples,
            [.. average.Nests, .. deviation.Nests],
            [(input.View.Storage, "x"), .. average.Roles, (mean, "mean"), .. deviation.Roles, (squares, "squares")],
            when);
    }
}
