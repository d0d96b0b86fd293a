using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>
/// Outputs First, First + Step, … of a line, each a mix of two neighbours: (1 − Weight) · x[Source + k] + Weight · x[Source + k + 1].
/// </summary>
internal sealed record BilinearSpan(int First, int Step, int Count, int Source, double Weight)
{
    /// <summary>The spans of a line that is enlarged by a whole factor, pixel centres as in PyTorch.</summary>
    public static IReadOnlyList<BilinearSpan> Of(int size, int factor, bool alignCorners)
    {
        var spans = new List<BilinearSpan>();
        for (int phase = 0; phase < factor; phase++)
        {
            for (int output = phase; output < size * factor; output += factor)
            {
                var (source, weight) = Place(output, size, factor, alignCorners);
                var last = spans.Count > 0 ? spans[spans.Count - 1] : null;
                if (last is not null && output == last.First + (last.Count * factor) && source == last.Source + last.Count && weight == last.Weight)
                {
                    spans[spans.Count - 1] = last with { Count = last.Count + 1 };
                }
                else
                {
                    spans.Add(new(output, factor, 1, source, weight));
                }
            }
        }

        return spans;
    }

    private static (int Source, double Weight) Place(int output, int size, int factor, bool alignCorners)
    {
        double place = alignCorners
            ? (size * factor) == 1 ? 0 : output * ((double)(size - 1) / ((size * factor) - 1))
            : Math.Max(0, ((output + 0.5) / factor) - 0.5);
        int source = Math.Min((int)place, size - 1);
        return (source, source == size - 1 ? 0 : place - source);
    }
}

/// <summary>Bilinear enlargement, rows first and then columns; the gradient goes back the same way.</summary>
internal sealed class BilinearNode : Node
{
    private readonly IReadOnlyList<BilinearSpan> _rows;
    private readonly IReadOnlyList<BilinearSpan> _columns;
    private readonly Storage _tall;
    private readonly Shape _tallShape;
    private readonly int _pitch;

    public BilinearNode(string layer, Value input, (int H, int W) factor, bool alignCorners, int block)
        : base(layer, input)
    {
        _rows = BilinearSpan.Of(input.Shape.Rows, factor.H, alignCorners);
        _columns = BilinearSpan.Of(input.Shape.Columns, factor.W, alignCorners);
        _tallShape = input.Shape with { Rows = input.Shape.Rows * factor.H };
        _pitch = ParameterTensor.Padded(input.Shape.Channels, block);
        _tall = new Storage(layer + " rows", Region.Sample, checked(_tallShape.Pixels * _pitch));
        Produce(layer, _tallShape with { Columns = input.Shape.Columns * factor.W });
    }

    private Value Input => Inputs[0];

    public override void Forward(ProgramBuilder program)
    {
        string title = $"{Layer}: y = x enlarged, each row and then each column a mix of two neighbours";
        var nests = new List<Nest>();
        foreach (var span in _rows)
        {
            nests.Add(Nests.Elementwise(title, Input.Shape with { Rows = span.Count }, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(
                Tall(c, (i * span.Step) + span.First, j),
                Mix(Input.View.At(c, i + (Affine)span.Source, j), Input.View.At(c, i + (Affine)(span.Source + 1), j), span.Weight)))));
        }

        foreach (var span in _columns)
        {
            nests.Add(Nests.Elementwise(title, _tallShape with { Columns = span.Count }, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(
                Output.View.At(c, i, (j * span.Step) + span.First),
                Mix(Tall(c, i, j + (Affine)span.Source), Tall(c, i, j + (Affine)(span.Source + 1)), span.Weight)))));
        }

        program.Add(Layer + ".Forward", title, Domain.Samples, nests, [(Input.View.Storage, "x"), (_tall, "rows"), (Output.View.Storage, "y")]);
    }

    public override void Backward(ProgramBuilder program)
    {
        if (!Input.NeedsGradient)
        {
            return;
        }

        string title = $"{Layer}: each neighbour gets its weight's part of dy, columns first and then rows";
        var part = GradientPart.Of(Input, this, storesOnce: false);
        var nests = new List<Nest> { Nests.Elementwise(title, _tallShape, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(Tall(c, i, j), 0))) };
        if (!part.Adds)
        {
            nests.Add(Nests.Elementwise(title, Input.Shape, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(Input.Gradient.At(c, i, j), 0))));
        }

        foreach (var span in _columns)
        {
            for (int side = 0; side < (span.Weight == 0 ? 1 : 2); side++)
            {
                int source = span.Source + side;
                double weight = side == 0 ? 1 - span.Weight : span.Weight;
                nests.Add(Nests.Elementwise(title, _tallShape with { Columns = span.Count }, program.Block, (nest, c, i, j) =>
                {
                    var target = Tall(c, i, j + (Affine)source);
                    nest.Stores.Add(new StoreTo(target, Expr.MultiplyAdd(Output.Gradient.At(c, i, (j * span.Step) + span.First), weight, target)));
                }));
            }
        }

        foreach (var span in _rows)
        {
            for (int side = 0; side < (span.Weight == 0 ? 1 : 2); side++)
            {
                int source = span.Source + side;
                double weight = side == 0 ? 1 - span.Weight : span.Weight;
                nests.Add(Nests.Elementwise(title, Input.Shape with { Rows = span.Count }, program.Block, (nest, c, i, j) =>
                {
                    var target = Input.Gradient.At(c, i + (Affine)source, j);
                    nest.Stores.Add(new StoreTo(target, Expr.MultiplyAdd(Tall(c, (i * span.Step) + span.First, j), weight, target)));
                }));
            }
        }

        program.Add(Layer + ".Backward", title, Domain.Samples, nests, [(Output.Gradient.Storage, "dy"), (_tall, "rows"), (Input.Gradient.Storage, "dx")]);
    }

    private static Expr Mix(Access near, Access far, double weight)
        => weight == 0 ? near : Expr.MultiplyAdd(far, weight, (Expr)near * (1 - weight));

    private Access Tall(Affine c, Affine i, Affine j) => new(_tall, (i * (_tallShape.Columns * _pitch)) + (j * _pitch) + c);
}
