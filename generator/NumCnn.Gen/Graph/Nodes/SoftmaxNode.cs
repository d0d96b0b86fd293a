using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>Softmax, or its logarithm, over the channels of each pixel, shifted by the largest so that nothing overflows.</summary>
internal sealed class SoftmaxNode : Node
{
    private readonly bool _logarithm;
    private readonly Storage _largest;
    private readonly Storage _sum;

    public SoftmaxNode(string layer, Value input, bool logarithm)
        : base(layer, input)
    {
        _logarithm = logarithm;
        _largest = new Storage(layer + " largest", Region.Sample, input.Shape.Pixels);
        _sum = new Storage(layer + " sum", Region.Sample, input.Shape.Pixels);
        Produce(layer, input.Shape);
    }

    private Value Input => Inputs[0];

    private Shape Shape => Output.Shape;

    public override void Forward(ProgramBuilder program)
    {
        string title = _logarithm ? $"{Layer}: y[c] = x[c] − log Σ c  e^x[c]" : $"{Layer}: y[c] = e^x[c] / Σ c  e^x[c]";
        var functions = new Functions(program.Type);
        var largest = PerPixel(title, (nest, c, i, j) =>
        {
            var a = new Accumulator("a", double.NegativeInfinity);
            a.Update = Expr.Max(a, Input.View.At(c, i, j));
            nest.Accumulators.Add(a);
            nest.Stores.Add(new StoreTo(Pixel(_largest, i, j), a));
        });

        // The shifted value is at most 0 where it counts; the limit keeps the padding's lanes finite as well.
        var exponential = Nests.Elementwise(title, Shape, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(
            Output.View.At(c, i, j),
            functions.Exp(Expr.MinNative(0, (Expr)Input.View.At(c, i, j) - Pixel(_largest, i, j))))));
        var sum = PerPixel(title, (nest, c, i, j) =>
        {
            var a = Nests.Sum(nest, "a", a => a + (Expr)Output.View.At(c, i, j));
            nest.Stores.Add(new StoreTo(Pixel(_sum, i, j), _logarithm ? Expr.Log(a) + Pixel(_largest, i, j) : (Expr)1 / a));
        });
        var last = Nests.Elementwise(title, Shape, program.Block, (nest, c, i, j) =>
        {
            var target = Output.View.At(c, i, j);
            nest.Stores.Add(new StoreTo(target, _logarithm ? (Expr)Input.View.At(c, i, j) - Pixel(_sum, i, j) : (Expr)target * (Expr)Pixel(_sum, i, j)));
        });
        program.Add(
            Layer + ".Forward",
            title,
            Domain.Samples,
            [largest, exponential, sum, last],
            [(Input.View.Storage, "x"), (_largest, "largest"), (_sum, "sum"), (Output.View.Storage, "y")]);
    }

    public override void Backward(ProgramBuilder program)
    {
        if (!Input.NeedsGradient)
        {
            return;
        }

        var part = GradientPart.Of(Input, this);
        string title = (_logarithm ? $"{Layer}: dx[c] = dy[c] − e^y[c] · Σ c  dy[c]" : $"{Layer}: dx[c] = y[c] · (dy[c] − Σ c  y[c] · dy[c])") + part.Title;
        var functions = new Functions(program.Type);
        var dy = Output.Gradient;
        var sum = PerPixel(title, (nest, c, i, j) =>
        {
            var a = Nests.Sum(nest, "a", a => _logarithm ? a + (Expr)dy.At(c, i, j) : Expr.MultiplyAdd(Output.View.At(c, i, j), dy.At(c, i, j), a));
            nest.Stores.Add(new StoreTo(Pixel(_sum, i, j), a));
        });

        // Element by element: the padding's lanes of a gradient have to stay zero.
        var last = Nests.Copy(title, Shape, 1, (c, i, j) =>
        {
            Expr y = Output.View.At(c, i, j);
            Expr gradient = dy.At(c, i, j);
            Expr total = Pixel(_sum, i, j);
            var value = _logarithm ? gradient - (functions.Exp(y) * total) : y * (gradient - total);
            return (Input.Gradient.At(c, i, j), part.Complete(value, view => view.At(c, i, j)));
        });
        program.Add(
            Layer + ".Backward",
            title,
            Domain.Samples,
            [sum, .. last],
            [(Output.View.Storage, "y"), (dy.Storage, "dy"), (_sum, "sum"), .. part.Roles, (Input.Gradient.Storage, "dx")]);
    }

    private Access Pixel(Storage storage, Affine i, Affine j) => new(storage, (i * Shape.Columns) + j);

    private Nest PerPixel(string title, Action<Nest, Affine, Affine, Affine> body)
    {
        var nest = new Nest { Title = title };
        var i = new Axis("i", Shape.Rows);
        var j = new Axis("j", Shape.Columns);
        var c = new Axis("c", Shape.Channels);
        nest.Parallel.AddRange([i, j]);
        nest.Reduction.Add(c);
        body(nest, c, i, j);
        return nest;
    }
}
