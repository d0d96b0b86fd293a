namespace NumCnn.Gen.Schedule;

/// <summary>An iteration variable of a <see cref="Nest"/>. Identity is by reference: two axes may share a name.</summary>
internal sealed class Axis
{
    /// <summary>Stands for the number of samples of a call, which is known only at run time.</summary>
    public const int Symbolic = 0;

    public Axis(string name, int extent)
    {
        Name = name;
        Extent = extent;
    }

    public string Name { get; }

    /// <summary>The number of iterations, or <see cref="Symbolic"/>.</summary>
    public int Extent { get; }

    public bool IsSymbolic => Extent == Symbolic;

    /// <summary>The kernel's parameter with the number of a symbolic axis.</summary>
    public string Number { get; init; } = "samples";

    /// <summary>True where the axis takes the one value 0, so that it needs no loop.</summary>
    public bool IsTrivial => Extent == 1;

    public static Affine operator *(Axis axis, int factor) => (Affine)axis * factor;

    public override string ToString() => IsSymbolic ? Name : FormattableString.Invariant($"{Name}<{Extent}");
}

/// <summary>A constant plus integer multiples of axes: the only kind of address there is, which is what makes bounds provable.</summary>
internal sealed class Affine
{
    private readonly (Axis Axis, int Factor)[] _terms;

    private Affine(int constant, (Axis, int)[] terms)
    {
        Constant = constant;
        _terms = terms;
    }

    public static Affine Zero { get; } = new(0, []);

    public int Constant { get; }

    public IReadOnlyList<(Axis Axis, int Factor)> Terms => _terms;

    public static implicit operator Affine(int constant) => new(constant, []);

    public static implicit operator Affine(Axis axis) => axis.IsTrivial ? Zero : new(0, [(axis, 1)]);

    public static Affine operator +(Affine left, Affine right)
    {
        if (right._terms.Length == 0)
        {
            return new(checked(left.Constant + right.Constant), left._terms);
        }

        var terms = new List<(Axis Axis, int Factor)>(left._terms);
        foreach (var (axis, factor) in right._terms)
        {
            int at = terms.FindIndex(term => ReferenceEquals(term.Axis, axis));
            if (at < 0)
            {
                terms.Add((axis, factor));
            }
            else if (terms[at].Factor + factor == 0)
            {
                terms.RemoveAt(at);
            }
            else
            {
                terms[at] = (axis, checked(terms[at].Factor + factor));
            }
        }

        return new(checked(left.Constant + right.Constant), [.. terms]);
    }

    public static Affine operator *(Affine value, int factor)
        => factor == 0 ? Zero : new(checked(value.Constant * factor), Array.ConvertAll(value._terms, term => (term.Axis, checked(term.Factor * factor))));

    public static Affine operator +(Axis axis, Affine other) => (Affine)axis + other;

    /// <summary>The axis's factor; 0 where the value does not depend on it.</summary>
    public int FactorOf(Axis axis)
    {
        foreach (var term in _terms)
        {
            if (ReferenceEquals(term.Axis, axis))
            {
                return term.Factor;
            }
        }

        return 0;
    }

    /// <summary>Replaces an axis by another expression.</summary>
    public Affine Substitute(Axis axis, Affine value)
    {
        int factor = FactorOf(axis);
        return factor == 0 ? this : new Affine(Constant, Array.FindAll(_terms, term => !ReferenceEquals(term.Axis, axis))) + (value * factor);
    }
}
