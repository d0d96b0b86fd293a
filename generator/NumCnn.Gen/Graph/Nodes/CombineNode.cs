using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>The sum or the product of values of one shape, element by element.</summary>
internal sealed class CombineNode : Node, IEpilogue, IFusable
{
    private readonly bool _multiply;

    public CombineNode(string layer, bool multiply, Value[] inputs)
        : base(layer, inputs)
    {
        _multiply = multiply;
        Produce(layer, inputs[0].Shape);
    }

    public Func<Expr, Expr>? Epilogue { get; set; }

    public string EpilogueName { get; set; } = string.Empty;

    /// <summary>A sum of two, of which a convolution's kernel may add the other.</summary>
    public bool IsPair => !_multiply && Inputs.Count == 2 && Inputs[0] != Inputs[1];

    /// <summary>The summand that goes through the convolution's kernel.</summary>
    public Value? Through { get; set; }

    public IEnumerable<(Storage Storage, string Role)> Operands => [(Other.View.Storage, "addend")];

    private Value Other => Inputs[0] == Through ? Inputs[1] : Inputs[0];

    public Expr Apply(Expr value, OutputPoint point)
    {
        var sum = value + (Expr)point.In(Other.View);
        return Epilogue is null ? sum : Epilogue(sum);
    }

    public override void Forward(ProgramBuilder program)
    {
        string title = $"{Layer}{EpilogueName}: y = {string.Join(_multiply ? " · " : " + ", Inputs.Select(static input => input.Name))}";
        var nest = Nests.Elementwise(title, Output.Shape, program.Block, (nest, c, i, j) =>
        {
            Expr value = Inputs[0].View.At(c, i, j);
            foreach (var input in Inputs.Skip(1))
            {
                value = _multiply ? value * (Expr)input.View.At(c, i, j) : value + (Expr)input.View.At(c, i, j);
            }

            nest.Stores.Add(new StoreTo(Output.View.At(c, i, j), Epilogue is null ? value : Epilogue(value)));
        });
        program.Add(Layer + ".Forward", title, nest, [.. Inputs.Select((input, k) => (input.View.Storage, "x" + (char)('a' + (k % 26)))), (Output.View.Storage, "y")]);
    }

    public override void Backward(ProgramBuilder program)
    {
        string title = _multiply ? $"{Layer}: each factor gets dy times the others" : $"{Layer}: each summand gets dy";
        string titles = title;
        var nests = new List<Nest>();
        var roles = new List<(Storage, string)> { (Output.Gradient.Storage, "dy") };
        for (int k = 0; k < Inputs.Count; k++)
        {
            var input = Inputs[k];
            if (!input.NeedsGradient)
            {
                continue;
            }

            var part = GradientPart.Of(input, this);
            titles += part.Title;
            int own = k;
            nests.Add(Nests.Elementwise(title + part.Title, Output.Shape, program.Block, (nest, c, i, j) =>
            {
                Expr value = Output.Gradient.At(c, i, j);
                for (int other = 0; _multiply && other < Inputs.Count; other++)
                {
                    if (other != own)
                    {
                        value *= (Expr)Inputs[other].View.At(c, i, j);
                    }
                }

                nest.Stores.Add(part.Store(c, i, j, value));
            }));
        }

        if (nests.Count == 0)
        {
            return;
        }

        roles.AddRange(Inputs.Select((input, k) => (input.View.Storage, "x" + (char)('a' + (k % 26)))));
        roles.AddRange(Inputs.Where(static input => input.NeedsGradient).Select((input, k) => (input.Gradient.Storage, "dx" + (char)('a' + (k % 26)))));
        program.Add(Layer + ".Backward", titles, Domain.Samples, nests, roles);
    }
}
