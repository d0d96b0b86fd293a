using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>
/// An operation on values. A layer of the file becomes one or a few nodes; each knows what it computes forward, what its
/// gradients are, and which borders it reads, and nothing of lanes or tiles.
/// </summary>
internal abstract class Node
{
    protected Node(string layer, params Value[] inputs)
    {
        Layer = layer;
        Inputs = inputs;
        foreach (var input in inputs)
        {
            input.Consumers.Add(this);
        }
    }

    /// <summary>The layer's name.</summary>
    public string Layer { get; }

    public IReadOnlyList<Value> Inputs { get; }

    public Value Output { get; protected set; } = null!;

    /// <summary>Parameters that this node trains.</summary>
    public virtual IEnumerable<ParameterTensor> Parameters => [];

    /// <summary>The function that another layer's kernel applies for this node; null where it runs by itself.</summary>
    public Node? FusedInto { get; set; }

    /// <summary>Predict runs it as a part of another node's kernel.</summary>
    public bool IsFusedInPredict { get; set; }

    /// <summary>Nobody reads the result.</summary>
    public bool IsDead { get; set; }

    public virtual long MultiplyAdds => 0;

    /// <summary>True if lanes can run over the channels of its first input while that lies in the caller's order.</summary>
    public virtual bool ReadsRows => false;

    /// <summary>
    /// The phases that the columns of its first input lie in if lanes run over the columns of its output, which lie in this many;
    /// null where lanes have to run over channels.
    /// </summary>
    public virtual int? PhasesOfInput(int phases) => null;

    /// <summary>Rows and columns of its inputs that it reads, from the first one on.</summary>
    public virtual (int Rows, int Columns) Reach => (Inputs[0].Shape.Rows, Inputs[0].Shape.Columns);

    /// <summary>Its output may end before rows and columns that nobody reads.</summary>
    public virtual bool CanCrop => false;

    /// <summary>Prepares for the shapes of its values, which are final.</summary>
    public virtual void Fit()
    {
    }

    /// <summary>Says which borders of which values the node will read.</summary>
    public virtual void RequireBorders(bool backward)
    {
    }

    /// <summary>Adds the steps that compute the output.</summary>
    public abstract void Forward(ProgramBuilder program);

    /// <summary>Adds the steps that compute the output when nothing has to be kept for a backward pass.</summary>
    public virtual void Predict(ProgramBuilder program)
    {
        if (!IsFusedInPredict)
        {
            Forward(program);
        }
    }

    /// <summary>Adds the steps that compute the gradients of parameters and of those inputs that need one.</summary>
    public abstract void Backward(ProgramBuilder program);

    protected Value Produce(string name, Shape shape)
    {
        Output = new Value(name, shape) { Producer = this };
        return Output;
    }
}
