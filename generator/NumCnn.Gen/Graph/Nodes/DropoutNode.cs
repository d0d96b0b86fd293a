using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>
/// Dropout: in training each element is zero with probability p and divided by 1 − p otherwise. The factors come from a
/// counter-based generator of (seed, layer, step, element), so the backward pass makes them anew.
/// </summary>
internal sealed class DropoutNode : Node
{
    private readonly double _probability;
    private readonly int _index;
    private readonly Storage _factors;

    public DropoutNode(string layer, Value input, double probability, int index, int block)
        : base(layer, input)
    {
        _probability = probability;
        _index = index;
        _factors = new Storage(layer + " factors", Region.Sample, input.Shape.Pixels * ParameterTensor.Padded(input.Shape.Channels, block)) { Dedicated = true };
        Produce(layer, input.Shape);
    }

    private Value Input => Inputs[0];

    private Shape Shape => Output.Shape;

    public override void Forward(ProgramBuilder program) => Apply(program, Layer + ".Forward", Input.View, Output.View, "x", "y", null);

    public override void Backward(ProgramBuilder program)
    {
        if (!Input.NeedsGradient)
        {
            return;
        }

        Apply(program, Layer + ".Backward", Output.Gradient, Input.Gradient, "dy", "dx", GradientPart.Of(Input, this));
    }

    private void Apply(ProgramBuilder program, string kernel, View from, View to, string fromRole, string toRole, GradientPart? part)
    {
        StoreTo Store(Affine c, Affine i, Affine j, Expr value) => part?.Store(c, i, j, value) ?? new StoreTo(to.At(c, i, j), value);
        IEnumerable<(Storage, string)> roles = [.. part?.Roles ?? [], (to.Storage, toRole)];
        int pitch = ParameterTensor.Padded(Shape.Channels, program.Block);
        string probability = _probability.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        program.AddCall(
            $"{Layer}: each element's factor, 0 or 1 / (1 − {probability})",
            FormattableString.Invariant($"DropoutFactors(ref {{0}}, {_factors.Length}, {probability}, {_index}, n)"),
            When.Training | When.NotInPredict,
            (_factors, "factors"));
        string title = $"{Layer}: {toRole} = {fromRole} · factor{part?.Title}";
        var nest = Nests.Elementwise(title, Shape, program.Block, (nest, c, i, j) => nest.Stores.Add(
            Store(c, i, j, (Expr)from.At(c, i, j) * (Expr)new Access(_factors, (i * (Shape.Columns * pitch)) + (j * pitch) + c))));
        program.Add(kernel, title, Domain.Samples, [nest], [(from.Storage, fromRole), (_factors, "factors"), .. roles], When.Training | When.NotInPredict);
        title = $"{Layer}: {toRole} = {fromRole}, nothing dropped{part?.Title}";
        nest = Nests.Elementwise(title, Shape, program.Block, (nest, c, i, j) => nest.Stores.Add(Store(c, i, j, from.At(c, i, j))));
        program.Add(kernel + "Evaluation", title, Domain.Samples, [nest], [(from.Storage, fromRole), .. roles], When.Evaluation);
    }
}
