using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>A leaky ReLU whose slope is learned: one for all channels, or one each.</summary>
internal sealed class PreluNode : Node
{
    private readonly ParameterTensor _weight;
    private readonly bool _perChannel;

    public PreluNode(string layer, Value input, ParameterTensor weight, bool perChannel)
        : base(layer, input)
    {
        _weight = weight;
        _perChannel = perChannel;
        Produce(layer, input.Shape);
    }

    public override IEnumerable<ParameterTensor> Parameters => [_weight];

    private Value Input => Inputs[0];

    public override void Forward(ProgramBuilder program)
    {
        string title = $"{Layer}: y = x > 0 ? x : w · x";
        var nest = Nests.Elementwise(title, Output.Shape, program.Block, (nest, c, i, j) =>
        {
            Expr x = Input.View.At(c, i, j);
            nest.Stores.Add(new StoreTo(Output.View.At(c, i, j), Expr.SelectGreater(x, 0, x, x * (Expr)Slope(_weight.Storage, c))));
        });
        program.Add(Layer + ".Forward", title, nest, (Input.View.Storage, "x"), (_weight.Storage, "w"), (Output.View.Storage, "y"));
    }

    public override void Backward(ProgramBuilder program)
    {
        var dy = Output.Gradient;
        if (_weight.Trainable)
        {
            WeightGradient(program, dy);
        }

        if (!Input.NeedsGradient)
        {
            return;
        }

        var part = GradientPart.Of(Input, this);
        string title = $"{Layer}: dx = x > 0 ? dy : w · dy{part.Title}";
        var nest = Nests.Elementwise(title, Output.Shape, program.Block, (nest, c, i, j) =>
        {
            Expr gradient = dy.At(c, i, j);
            nest.Stores.Add(part.Store(c, i, j, Expr.SelectGreater(Input.View.At(c, i, j), 0, gradient, gradient * (Expr)Slope(_weight.Storage, c))));
        });
        program.ForGradientOf(Input.Trains, () =>
            program.Add(Layer + ".Backward", title, nest, (Input.View.Storage, "x"), (dy.Storage, "dy"), (_weight.Storage, "w"), (Input.Gradient.Storage, "dx")));
    }

    private void WeightGradient(ProgramBuilder program, View dy)
    {
        string title = $"{Layer}: dw = Σ over x ≤ 0 of x · dy";
        var shape = Output.Shape;
        var nest = new Nest { Title = title };
        var i = new Axis("i", shape.Rows);
        var j = new Axis("j", shape.Columns);
        Affine channel;
        if (_perChannel)
        {
            var channels = new ChannelAxes("c", shape.Channels, program.Block, blocked: false);
            channels.AddTo(nest);
            channel = channels.Index.Index;
            nest.Reduction.AddRange([i, j]);
        }
        else
        {
            var c = new Axis("c", shape.Channels);
            nest.Parallel.Add(new Axis("k", 1));
            nest.Reduction.AddRange([i, j, c]);
            channel = c;
        }

        Expr x = Input.View.At(channel, i, j);
        var sum = Nests.Sum(nest, "a", sum => sum + Expr.SelectGreater(x, 0, 0, x * (Expr)dy.At(channel, i, j)));
        nest.Stores.Add(Nests.Into(_perChannel ? new Access(_weight.GradientStorage, channel) : new Access(_weight.GradientStorage, 0), sum, add: true));
        program.AddParameterGradient(Layer + ".WeightGradient", title, [nest], (Input.View.Storage, "x"), (dy.Storage, "dy"), (_weight.GradientStorage, "dw"));
    }

    private Access Slope(Storage storage, Affine c) => new(storage, _perChannel ? c : 0);
}
