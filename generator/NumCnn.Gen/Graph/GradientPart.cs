using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>The derivative of a function that is computed by its producer's kernel.</summary>
/// <param name="Layer">The function's layer.</param>
/// <param name="Apply">dx from the output and dy.</param>
internal sealed record Derivative(string Layer, Func<Expr, Expr, Expr> Apply)
{
    /// <summary>The end of the title of a kernel that applies it.</summary>
    public string Title => $", through the derivative of {Layer}";
}

/// <summary>
/// What a node adds to the gradient of one of its inputs. The first part replaces what is in memory, others are added. The last one,
/// which is the part of the input's first reader, also goes through the derivative of the function that the input's producer
/// applied, so that no kernel passes over the gradient for that alone.
/// </summary>
internal sealed class GradientPart
{
    private readonly Value _value;
    private readonly Derivative? _derivative;

    private GradientPart(Value value, bool adds, Derivative? derivative)
    {
        _value = value;
        Adds = adds;
        _derivative = derivative;
    }

    /// <summary>There is something that this part is added to.</summary>
    public bool Adds { get; }

    /// <summary>Nothing is added, so that zeros stay zeros.</summary>
    private bool CompletesShares => !Adds && _derivative is not null;

    /// <summary>The storage that the derivative reads.</summary>
    public IEnumerable<(Storage Storage, string Role)> Roles => _derivative is null ? [] : [(_value.View.Storage, "x")];

    /// <summary>The end of the kernel's title.</summary>
    public string Title => _derivative?.Title ?? string.Empty;

    /// <summary>The next part, a reader's.</summary>
    /// <param name="value">The input.</param>
    /// <param name="reader">The node whose part it is.</param>
    /// <param name="storesOnce">The node stores each element of the gradient, and each of them once.</param>
    public static GradientPart Of(Value value, Node reader, bool storesOnce = true)
    {
        bool isLast = storesOnce && value.Consumers[0] == reader && reader.Inputs.Count(input => input == value) == 1;
        var part = new GradientPart(value, value.HasGradient, isLast ? value.Derivative : null);
        if (part._derivative is not null)
        {
            value.Derivative = null;
        }

        value.HasGradient = true;
        return part;
    }

    /// <summary>The same part for a node that gives each share to one element, and zero to others: the share goes through the derivative before that.</summary>
    /// <param name="share">What the element gets.</param>
    /// <param name="x">Its value.</param>
    public Expr Share(Expr share, Expr x) => CompletesShares ? _derivative!.Apply(x, share) : share;

    /// <summary>The store of an element that gets a share, or zero.</summary>
    /// <param name="channel">Its channel.</param>
    /// <param name="row">Its row.</param>
    /// <param name="column">Its column.</param>
    /// <param name="share">The share.</param>
    /// <param name="x">The element, where the kernel has loaded it.</param>
    public StoreTo StoreShare(Affine channel, Affine row, Affine column, Expr share, Expr x)
        => CompletesShares ? new(_value.Gradient.At(channel, row, column), share) : Store(channel, row, column, share, x);

    /// <summary>The store of an element.</summary>
    /// <param name="channel">Its channel.</param>
    /// <param name="row">Its row.</param>
    /// <param name="column">Its column.</param>
    /// <param name="part">This node's part of it.</param>
    /// <param name="x">The input's own element, where the kernel has loaded it.</param>
    public StoreTo Store(Affine channel, Affine row, Affine column, Expr part, Expr? x = null)
    {
        Access At(View view) => view.At(channel, row, column);
        return new(At(_value.Gradient), Complete(part, At, x));
    }

    /// <summary>What is stored in an element.</summary>
    /// <param name="part">This node's part of it.</param>
    /// <param name="at">The element of a view.</param>
    /// <param name="x">The input's own element, where the kernel has loaded it.</param>
    public Expr Complete(Expr part, Func<View, Access> at, Expr? x = null)
    {
        var sum = Adds ? (Expr)at(_value.Gradient) + part : part;
        return _derivative is null ? sum : _derivative.Apply(x ?? at(_value.View), sum);
    }
}
