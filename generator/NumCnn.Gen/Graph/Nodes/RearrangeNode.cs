using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <summary>A part of a rearrangement: for each point of the axes, y's element is a weighted x's element.</summary>
/// <param name="Input">Which input.</param>
/// <param name="Axes">The axes, those of x's elements and those that repeat them.</param>
/// <param name="Source">x's channel, row and column.</param>
/// <param name="Target">y's channel, row and column.</param>
internal sealed record Mapping(int Input, Axis[] Axes, (Affine C, Affine I, Affine J) Source, (Affine C, Affine I, Affine J) Target);

/// <summary>
/// Elements put elsewhere: flatten, reshape, concat, pixel shuffle, nearest upsampling. Each element of the output comes from
/// one of the input, so the gradient adds each back to where it came from.
/// </summary>
internal sealed class RearrangeNode : Node
{
    private readonly IReadOnlyList<Mapping> _mappings;
    private readonly string _formula;
    private readonly bool _lanes;
    private readonly bool _repeats;

    /// <param name="layer">The layer's name.</param>
    /// <param name="inputs">The values read.</param>
    /// <param name="output">The result's shape.</param>
    /// <param name="formula">For the reader.</param>
    /// <param name="mappings">All elements of the output, each once.</param>
    /// <param name="lanes">The mappings leave channels as they are, so that whole vectors move; their axes are pixels then.</param>
    /// <param name="repeats">Elements of the input are used more than once.</param>
    public RearrangeNode(string layer, Value[] inputs, Shape output, string formula, IReadOnlyList<Mapping> mappings, bool lanes = false, bool repeats = false)
        : base(layer, inputs)
    {
        _mappings = mappings;
        _formula = formula;
        _lanes = lanes;
        _repeats = repeats;
        Produce(layer, output);
    }

    public override void Forward(ProgramBuilder program)
    {
        string title = $"{Layer}: {_formula}";
        var nests = new List<Nest>();
        foreach (var mapping in _mappings)
        {
            nests.Add(Create(title, program, mapping, (nest, channel) => nest.Stores.Add(new StoreTo(
                Output.View.At(channel ?? mapping.Target.C, mapping.Target.I, mapping.Target.J),
                Inputs[mapping.Input].View.At(channel ?? mapping.Source.C, mapping.Source.I, mapping.Source.J)))));
        }

        program.Add(Layer + ".Forward", title, Domain.Samples, nests, [.. Roles("x", static value => value.View.Storage), (Output.View.Storage, "y")]);
    }

    public override void Backward(ProgramBuilder program)
    {
        string title = $"{Layer}: every gradient goes back to where its value came from";
        var nests = new List<Nest>();
        var started = new HashSet<Value>();
        foreach (var mapping in _mappings)
        {
            var input = Inputs[mapping.Input];
            if (!input.NeedsGradient)
            {
                continue;
            }

            if (_repeats && !input.HasGradient && started.Add(input))
            {
                nests.Add(Nests.Elementwise(title, input.Shape, program.Block, (nest, c, i, j) => nest.Stores.Add(new StoreTo(input.Gradient.At(c, i, j), 0))));
            }

            bool add = input.HasGradient || _repeats;
            nests.Add(Create(title, program, mapping, (nest, channel) =>
            {
                nest.Sequential = _repeats;
                nest.Stores.Add(Nests.Into(
                    input.Gradient.At(channel ?? mapping.Source.C, mapping.Source.I, mapping.Source.J),
                    Output.Gradient.At(channel ?? mapping.Target.C, mapping.Target.I, mapping.Target.J),
                    add));
            }));
            if (Inputs.Count(value => value == input) > 1)
            {
                input.HasGradient = true;
            }
        }

        if (nests.Count == 0)
        {
            return;
        }

        foreach (var input in Inputs)
        {
            input.HasGradient = true;
        }

        program.Add(
            Layer + ".Backward",
            title,
            Domain.Samples,
            nests,
            [(Output.Gradient.Storage, "dy"), .. Roles("dx", static value => value.Gradient.Storage, static value => value.NeedsGradient)]);
    }

    private Nest Create(string title, ProgramBuilder program, Mapping mapping, Action<Nest, Affine?> body)
    {
        var nest = new Nest { Title = title };
        nest.Parallel.AddRange(mapping.Axes);
        if (_lanes)
        {
            var channels = new ChannelAxes("c", Output.Shape.Channels, program.Block, blocked: false);
            channels.AddTo(nest);
            nest.Block = null;
            body(nest, channels.Index.Index);
        }
        else
        {
            body(nest, null);
        }

        return nest;
    }

    private IEnumerable<(Storage, string)> Roles(string prefix, Func<Value, Storage> storage, Func<Value, bool>? filter = null)
        => Inputs.Where(filter ?? (static _ => true)).Select((input, k) => (storage(input), Inputs.Count == 1 ? prefix : prefix + (char)('a' + (k % 26))));
}
