using NumCnn.Gen.Graph.Winograd;
using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>A convolution, a linear layer or a transposed convolution: one equation, solved for y or for x.</summary>
internal sealed partial class ConvolutionNode : Node, IEpilogue
{
    /// <summary>Below this many a layer costs too little for a layout of its own.</summary>
    private const long FewestMultiplyAdds = 4096;

    /// <summary>Other layouts are worth it from here on: their vectors cross cache lines, and weights are broadcast one by one.</summary>
    private const double LeastGain = 1.25;

    private readonly bool _transposed;
    private readonly ParameterTensor _weight;
    private readonly ParameterTensor? _bias;
    private readonly WeightOrder _order;
    private readonly bool _allowsWinograd;
    private ConvolutionEquation _equation;
    private string _formula = string.Empty;
    private WinogradCorrelation? _winograd;
    private WinogradCorrelation? _winogradOfGradient;
    private WinogradWeightGradient? _winogradOfWeight;

    public ConvolutionNode(string layer, Value input, Shape output, ConvolutionEquation equation, bool transposed, ParameterTensor weight, ParameterTensor? bias, WeightOrder order, bool winograd)
        : base(layer, input)
    {
        _equation = equation;
        _transposed = transposed;
        _weight = weight;
        _bias = bias;
        _order = order;
        _allowsWinograd = winograd && !transposed;
        MultiplyAdds = equation.MultiplyAdds;
        Produce(layer, output);
    }

    public Func<Expr, Expr>? Epilogue { get; set; }

    public string EpilogueName { get; set; } = string.Empty;

    /// <summary>What Predict's kernel applies before it stores.</summary>
    public FusedChain? Fused { get; set; }

    /// <summary>A pooling whose windows Predict's kernel sums side by side, behind what is fused.</summary>
    public MaxPoolNode? Pool { get; private set; }

    public override IEnumerable<ParameterTensor> Parameters => _bias is null ? [_weight] : [_weight, _bias];

    /// <summary>Those of the layer, whether all of its output is read or not.</summary>
    public override long MultiplyAdds { get; }

    public override (int Rows, int Columns) Reach
        => base.Reach is var all && !_transposed && _equation.Reach(Output.Shape) is var read ? (Math.Min(all.Rows, read.Rows), Math.Min(all.Columns, read.Columns)) : all;

    public override bool CanCrop => !_transposed;

    public override bool ReadsRows => !_transposed && !_equation.IsDepthwise && _equation.Groups == 1 && _winograd is null;

    private Value Input => Inputs[0];

    /// <summary>Lanes run over the columns of the output, because its channels are few.</summary>
    private bool RunsOverColumns => Output.Phases > 0;

    /// <summary>Winograd's algorithm for the input's gradient, where both sides lie channels last.</summary>
    private WinogradCorrelation? WinogradOfGradient => Output.Phases > 0 || Input.Phases > 0 ? null : _winogradOfGradient;

    /// <summary>Winograd's algorithm for the weight's gradient, likewise.</summary>
    private WinogradWeightGradient? WinogradOfWeight => Output.Phases > 0 || Input.Phases > 0 || !_weight.Trainable ? null : _winogradOfWeight;

    public override int? PhasesOfInput(int phases) => _transposed || _winograd is not null || !_equation.CanGatherColumns(_order) ? null : _equation.PhasesOfX(phases);

    /// <summary>True if vectors over the output's columns, in this many phases, have enough more useful lanes than vectors over its channels.</summary>
    public bool GainsFromColumns(int phases)
    {
        if (PhasesOfInput(phases) is null || _equation.Y.Pixels == 1 || MultiplyAdds < FewestMultiplyAdds)
        {
            return false;
        }

        double columns = (double)Output.Shape.Columns / (phases * ImageAxes.Lanes(Output.Shape.Columns, phases, _equation.Block));
        return columns > _equation.UsefulLanes(_order) * LeastGain;
    }

    public override void Fit()
    {
        if (!_transposed && (_equation.X != Input.Shape || _equation.Y != Output.Shape))
        {
            _equation = _equation.For(Input.Shape, Output.Shape);
        }

        _formula = Formula(_equation, _transposed, _bias is not null);
        if (Output.Shape != Output.LayerShape)
        {
            _formula += FormattableString.Invariant($", up to row {Output.Shape.Rows - 1} and column {Output.Shape.Columns - 1}: of what follows nothing is read");
        }

        if (_allowsWinograd)
        {
            _winograd = WinogradCorrelation.For(_equation, ofGradient: false);
            _winogradOfGradient = WinogradCorrelation.For(_equation, ofGradient: true);
            _winogradOfWeight = WinogradWeightGradient.For(_equation);
        }
    }

    public override void RequireBorders(bool backward)
    {
        if (!_transposed)
        {
            Input.RequireHalo(_winograd?.Border ?? _equation.XBorder);
            if (backward && Maxima is null && WinogradOfWeight is { } gradient)
            {
                Input.RequireHalo(gradient.XBorder);
                Output.RequireGradientHalo(gradient.YBorder);
            }

            if (backward && Maxima is not { NeedsAll: false } && Input.NeedsGradient && (RunsOverColumns || !_equation.CanScatterColumns(_order, Input.Phases) || Input.Phases == 0))
            {
                Output.RequireGradientHalo(WinogradOfGradient?.Border ?? _equation.YBorder);
            }
        }
        else
        {
            Input.RequireHalo(_equation.YBorder);
            if (backward && Input.NeedsGradient)
            {
                Output.RequireGradientHalo(_equation.XBorder);
            }
        }
    }

    public override void Forward(ProgramBuilder program)
    {
        Expr Finish(Expr sum, OutputPoint point) => Epilogue is null ? sum : Epilogue(sum);
        AddForward(program, ".Forward", EpilogueName, Output, Finish, []);
    }

    /// <summary>Lets Predict's kernel take the maximum of each window, if lanes run over columns.</summary>
    public void FusePool(MaxPoolNode pool)
    {
        if (!_transposed && _winograd is null && RunsOverColumns && pool.CanFuse && _equation.CanPool(_order))
        {
            Pool = pool;
            pool.IsFusedInPredict = true;
        }
    }

    public override void Predict(ProgramBuilder program)
    {
        if (Fused is null && Pool is null)
        {
            Forward(program);
            return;
        }

        // Bit for bit what the single steps would give: a result is rounded alike in a register and in memory.
        IReadOnlyList<IFusable> steps = Fused?.Steps ?? [];
        Expr Finish(Expr sum, OutputPoint point)
        {
            var value = Epilogue is null ? sum : Epilogue(sum);
            return steps.Aggregate(value, (current, step) => step.Apply(current, point));
        }

        string names = EpilogueName + string.Concat(steps.Select(static step => " + " + step.Layer));
        var operands = steps.SelectMany(static step => step.Operands);
        if (Pool is null)
        {
            AddForward(program, ".Predict", names, Fused!.Output, Finish, operands);
            return;
        }

        var (x, y) = (Input.View, Pool.Output.View);
        string title = $"{Layer}{names} + {Pool.Layer}{Pool.EpilogueName}: {_formula}, the maximum of each window";
        var target = new PooledTarget(Pool.Window, Pool.Output.Shape, y, maximum => Pool.Epilogue is null ? maximum : Pool.Epilogue(maximum));
        var nest = _equation.GatherPooled(title, x, target, _weight.Storage, _order, Bias, Finish);
        program.Add(Layer + ".Predict", title, Domain.Samples, [nest], Roles(x, operands, y));
    }

    private List<(Storage Storage, string Role)> Roles(View x, IEnumerable<(Storage Storage, string Role)> operands, View y)
    {
        var roles = new List<(Storage, string)> { (x.Storage, "x"), (_weight.Storage, "w") };
        if (_bias is not null)
        {
            roles.Add((_bias.Storage, "b"));
        }

        return [.. roles, .. operands, (y.Storage, "y")];
    }

    private void AddForward(ProgramBuilder program, string action, string fused, Value output, Func<Expr, OutputPoint, Expr> finish, IEnumerable<(Storage, string)> operands)
    {
        var x = Input.View;
        var y = output.View;
        string title = $"{Layer}{fused}: {_formula}";
        if (_winograd is not null)
        {
            _winograd.AddSteps(program, Layer + action, title, x, y, _weight.Storage, Bias, finish, _bias is null ? operands : operands.Prepend((_bias.Storage, "b")));
            return;
        }

        IReadOnlyList<Nest> nests = _transposed
            ? _equation.Scatter(title, y, x, _weight.Storage, _order, Bias, finish)
            : _equation.Gather(title, x, y, _weight.Storage, _order, Bias, finish);
        program.Add(Layer + action, title, Domain.Samples, nests, Roles(x, operands, y));
    }

    public override void Backward(ProgramBuilder program)
    {
        var x = Input.View;
        var dy = Output.Gradient;
        if (_weight.Trainable)
        {
            ParameterGradients(program, x, dy);
        }

        if (Input.NeedsGradient)
        {
            program.ForGradientOf(Input.Trains, () => InputGradient(program, dy));
        }
    }

    private void ParameterGradients(ProgramBuilder program, View x, View dy)
    {
        string title = $"{Layer}: dw = Σ over samples and pixels of dy · x";
        string kernel = Layer + ".WeightGradient";
        if (Maxima is not null)
        {
            WeightGradientOfMaxima(program, Maxima, kernel);
        }
        else if (RunsOverColumns)
        {
            var lanes = ProgramBuilder.Shard(_weight.Name + " by lane", _equation.PartialLength);
            var sums = program.Scratch(_weight.Name + " by lane", _equation.PartialLength);
            program.AddParameterGradient(
                kernel,
                title,
                title + ", the lanes added up",
                _equation.CorrelateColumns(title, x, dy, lanes),
                [_equation.FoldWeights(title, sums, _weight.GradientStorage, _order)],
                lanes,
                (sums, "lanes"),
                [(x.Storage, "x"), (dy.Storage, "dy"), (lanes, "dw"), (_weight.GradientStorage, "dw")]);
        }
        else if (WinogradOfWeight is { } winograd)
        {
            winograd.AddSteps(program, Layer, x, dy, _weight.GradientStorage);
        }
        else
        {
            var nest = _transposed
                ? _equation.Correlate(title, dy, x, _weight.GradientStorage, _order)
                : _equation.Correlate(title, x, dy, _weight.GradientStorage, _order);
            program.AddParameterGradient(kernel, title, [nest], (x.Storage, "x"), (dy.Storage, "dy"), (_weight.GradientStorage, "dw"));
        }

        if (_bias is not null)
        {
            title = $"{Layer}: db = Σ over samples and pixels of dy";
            var gradient = _bias.GradientStorage;
            dy = Maxima?.Shares ?? dy;
            var sums = new PixelSums(title, Maxima?.Pooled ?? Output, program.Block);
            sums.Add("a", (sum, c, i, j) => sum + (Expr)dy.At(c, i, j), gradient, (c, sum) => (Expr)new Access(gradient, c) + sum);
            program.AddParameterGradient(Layer + ".BiasGradient", title, sums.Nests, [(dy.Storage, "dy"), .. sums.Roles, (gradient, "db")]);
        }
    }

    private void InputGradient(ProgramBuilder program, View dy)
    {
        var dx = Input.Gradient;
        if (Maxima is { NeedsAll: false })
        {
            InputGradientOfMaxima(program, Maxima, dx);
            return;
        }

        // Where dx lies in rows that this kernel cannot write, a copy turns what it wrote.
        bool writesRows = dx.LanesOverColumns && _equation.CanScatterColumns(_order, dx.Phases);
        bool turns = dx.LanesOverColumns && !writesRows;
        var part = GradientPart.Of(Input, this, storesOnce: !turns);
        string title = $"{Layer}: dx = Σ over outputs and taps of w · dy{part.Title}";
        Expr Finish(Expr sum, OutputPoint point) => turns ? sum : part.Complete(sum, point.In);
        if (writesRows)
        {
            // Rows of dx from rows of dy: where those lie channels last, a copy turns them.
            var turned = new List<Nest>();
            var rows = dy;
            if (!RunsOverColumns)
            {
                rows = Value.Rows("d" + Output.Name + " in rows", Output.Shape, dx.Phases / _equation.Stride.W, _equation.YBorder, program.Block);
                turned.AddRange(Nests.Copy($"{Layer}: dy in rows", Output.Shape, rows.Phases, (c, i, j) => (rows.At(c, i, j), dy.At(c, i, j))));
            }

            turned.AddRange(_equation.Scatter(title, dx, rows, _weight.Storage, _order, static _ => 0, Finish));
            program.Add(Layer + ".InputGradient", title, Domain.Samples, turned, [(dy.Storage, "dy"), (rows.Storage, "rows"), (_weight.Storage, "w"), .. part.Roles, (dx.Storage, "dx")]);
            return;
        }

        var weight = _weight.Storage;
        var order = _equation.OrderFor(outputs: _transposed);
        if (order != _order)
        {
            // Lanes run over the other side's channels, which have to lie together.
            var copy = program.Scratch(_weight.Name + " transposed", _equation.WeightLength(order));
            string copyTitle = $"{Layer}: the weight with its channels exchanged, for the input's gradient";
            program.AddPreparation(Layer + ".TransposeWeight", copyTitle, _equation.Reorder(copyTitle, weight, _order, copy, order), (weight, "w"), (copy, "transposed"));
            weight = copy;
        }

        if (WinogradOfGradient is { } winograd)
        {
            winograd.AddSteps(program, Layer + ".InputGradient", title, dy, dx, weight, static _ => 0, Finish, part.Roles);
            return;
        }

        var target = turns ? Input.ChannelsLast("d" + Input.Name + " channels last", default) : dx;
        IReadOnlyList<Nest> nests = _transposed
            ? _equation.Gather(title, dy, target, weight, order, static _ => 0, Finish)
            : _equation.Scatter(title, target, dy, weight, order, static _ => 0, Finish);
        program.Add(Layer + ".InputGradient", title, Domain.Samples, nests, [(dy.Storage, "dy"), (weight, "w"), .. part.Roles, (target.Storage, "dx")]);
        if (turns)
        {
            title = $"{Layer}: dx in the order of its readers";
            nests = Nests.Copy(title, Input.Shape, dx.Phases, (c, i, j) => (dx.At(c, i, j), part.Complete(target.At(c, i, j), view => view.At(c, i, j))));
            program.Add(Layer + ".TurnInputGradient", title, Domain.Samples, nests, [(target.Storage, "x"), (dx.Storage, "dx")]);
        }
    }

    private Expr Bias(Affine channel) => _bias is null ? 0 : new Access(_bias.Storage, channel);

    private static string Formula(ConvolutionEquation equation, bool transposed, bool bias)
    {
        string start = bias ? "b[o] + " : string.Empty;
        if (equation.Y.Pixels == 1 && equation.Taps == 1)
        {
            return $"y[o] = {start}Σ c  w[o,c] · x[c]";
        }

        string Place(string index, string tap, int stride, int dilation, int pad)
        {
            string text = stride == 1 ? index : $"{stride}{index}";
            text += dilation == 1 ? $"+{tap}" : $"+{dilation}{tap}";
            return pad == 0 ? text : $"{text}−{pad}";
        }

        string row = Place("i", "u", equation.Y.Rows == 1 ? 1 : equation.Stride.H, equation.Dilation.H, equation.PadTop);
        string column = Place("j", "v", equation.Y.Columns == 1 ? 1 : equation.Stride.W, equation.Dilation.W, equation.PadLeft);
        if (equation.Y.Pixels == 1)
        {
            row = "u";
            column = "v";
        }

        if (transposed)
        {
            return $"y[c, {row}, {column}] = {(bias ? "b[c] + " : string.Empty)}Σ o,u,v,i,j  w[o,c,u,v] · x[o,i,j]";
        }

        if (equation.IsDepthwise)
        {
            return $"y[c,i,j] = {(bias ? "b[c] + " : string.Empty)}Σ u,v  w[c,u,v] · x[c, {row}, {column}]";
        }

        string target = equation.Y.Pixels == 1 ? "y[o]" : "y[o,i,j]";
        return $"{target} = {start}Σ u,v,c  w[o,c,u,v] · x[c, {row}, {column}]";
    }
}

/// <summary>A node that a convolution's kernel can do on the way, when nothing has to be kept.</summary>
internal interface IFusable
{
    string Layer { get; }

    /// <summary>What it reads beside the value that goes through it, with names for the kernel's parameters.</summary>
    IEnumerable<(Storage Storage, string Role)> Operands { get; }

    /// <summary>Predict runs it as a part of another node's kernel.</summary>
    bool IsFusedInPredict { get; set; }

    /// <summary>The result for one element.</summary>
    Expr Apply(Expr value, OutputPoint point);
}

/// <summary>Nodes that follow a convolution and are done by its kernel, and the last one's output.</summary>
internal sealed record FusedChain(IReadOnlyList<IFusable> Steps, Value Output);

/// <summary>A node whose kernel can apply a function to each result before it is stored.</summary>
internal interface IEpilogue
{
    Func<Expr, Expr>? Epilogue { get; set; }

    /// <summary>The fused layers, as in " + relu1".</summary>
    string EpilogueName { get; set; }
}
