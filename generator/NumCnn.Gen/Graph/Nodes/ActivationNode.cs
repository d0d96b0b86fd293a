using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>A function of one variable and its derivative.</summary>
/// <param name="Formula">For the reader of the emitted code.</param>
/// <param name="Apply">The function.</param>
/// <param name="Gradient">dx from the input or output and dy.</param>
/// <param name="FromOutput">The gradient reads the output, so that the input need not be kept and the function can be fused.</param>
internal sealed record ActivationFunction(string Formula, Func<Expr, Expr> Apply, Func<Expr, Expr, Expr> Gradient, bool FromOutput)
{
    /// <summary>A few instructions, so that it costs little code in a kernel that applies it to each of its accumulators.</summary>
    public bool IsCheap { get; init; }
}

/// <summary>A function applied to each element.</summary>
internal sealed class ActivationNode : Node, IFusable
{
    private readonly ActivationFunction _function;

    public ActivationNode(string layer, Value input, ActivationFunction function)
        : base(layer, input)
    {
        _function = function;
        Produce(layer, input.Shape);
    }

    public bool CanFuse => _function.FromOutput;

    public bool IsCheap => _function.IsCheap;

    public IEnumerable<(Storage Storage, string Role)> Operands => [];

    private Value Input => Inputs[0];

    public override (int Rows, int Columns) Reach => (Output.Shape.Rows, Output.Shape.Columns);

    public override bool CanCrop => Input is { Consumers.Count: 1, Keep: false, Producer.CanCrop: true };

    public override int? PhasesOfInput(int phases) => phases;

    /// <summary>Lets the producer's kernel apply the function.</summary>
    public void FuseInto(Node producer)
    {
        var epilogue = (IEpilogue)producer;
        FusedInto = producer;
        epilogue.Epilogue = _function.Apply;
        epilogue.EpilogueName += " + " + Layer;
        Input.AliasTo(Output);
        Output.Derivative = new Derivative(Layer, _function.Gradient);
    }

    public override void Forward(ProgramBuilder program)
    {
        if (FusedInto is not null)
        {
            return;
        }

        string title = $"{Layer}: {_function.Formula}";
        var nest = Nests.Elementwise(title, Output, program.Block, (nest, c, i, j) =>
            nest.Stores.Add(new StoreTo(Output.View.At(c, i, j), _function.Apply(Input.View.At(c, i, j)))));
        program.Add(Layer + ".Forward", title, nest, (Input.View.Storage, "x"), (Output.View.Storage, "y"));
    }

    public Expr Apply(Expr value, OutputPoint point) => _function.Apply(value);

    public override void Backward(ProgramBuilder program)
    {
        if (!Input.NeedsGradient)
        {
            return;
        }

        if (FusedInto is not null)
        {
            BackwardInPlace(program);
            return;
        }

        var kept = _function.FromOutput ? Output.View : Input.View;
        string variable = _function.FromOutput ? "y" : "x";
        var part = GradientPart.Of(Input, this);
        string title = $"{Layer}: dx = dy · derivative at {variable}{part.Title}";
        var nest = Nests.Elementwise(title, Output, program.Block, (nest, c, i, j) =>
            nest.Stores.Add(part.Store(c, i, j, _function.Gradient(kept.At(c, i, j), Output.Gradient.At(c, i, j)))));
        program.Add(Layer + ".Backward", title, Domain.Samples, [nest], [(kept.Storage, variable), (Output.Gradient.Storage, "dy"), .. part.Roles, (Input.Gradient.Storage, "dx")]);
    }

    /// <summary>Where the kernel that completes the gradient could not, the derivative has a step of its own.</summary>
    private void BackwardInPlace(ProgramBuilder program)
    {
        Input.HasGradient = true;
        if (Output.Derivative is not { } derivative)
        {
            return;
        }

        var (y, dy) = (Output.View, Output.Gradient);
        string title = $"{Layer}: dy becomes the gradient before the function";
        var nest = Nests.Elementwise(title, Output, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(dy.At(c, i, j), derivative.Apply(y.At(c, i, j), dy.At(c, i, j)))));
        program.Add(Layer + ".Backward", title, nest, (y.Storage, "y"), (dy.Storage, "dy"));
    }
}
