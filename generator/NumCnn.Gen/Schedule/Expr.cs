namespace NumCnn.Gen.Schedule;

internal enum OpCode
{
    Add,
    Subtract,
    Multiply,
    Divide,

    /// <summary>a·b + c, rounded once.</summary>
    MultiplyAdd,

    /// <summary>The larger; NaN where either is.</summary>
    Max,

    /// <summary>a &gt; b ? a : b, so that a NaN in b stays.</summary>
    MaxNative,

    /// <summary>a &lt; b ? a : b, so that a NaN in b stays.</summary>
    MinNative,

    Abs,
    Negate,
    Sqrt,

    /// <summary>The natural logarithm; in scalar nests only.</summary>
    Log,

    /// <summary>a &gt; b ? c : d.</summary>
    SelectGreater,

    /// <summary>a == b ? c : d.</summary>
    SelectEqual,

    /// <summary>a · 2^n, n being the integer in the low bits of b (a number with 1.5·2^mantissa added).</summary>
    ScaleByPowerOfTwo,
}

/// <summary>
/// A value of the loop IR. It is a graph: a node that is used twice is computed once. It says nothing of lanes: a load
/// whose address runs along the nest's lane axis becomes a vector, one that does not is broadcast.
/// </summary>
internal abstract class Expr
{
    public static implicit operator Expr(double value) => new Constant(value);

    public static implicit operator Expr(Access access) => new Load(access);

    public static Expr operator +(Expr a, Expr b) => new Operation(OpCode.Add, a, b);

    public static Expr operator -(Expr a, Expr b) => new Operation(OpCode.Subtract, a, b);

    public static Expr operator *(Expr a, Expr b) => new Operation(OpCode.Multiply, a, b);

    public static Expr operator /(Expr a, Expr b) => new Operation(OpCode.Divide, a, b);

    public static Expr operator -(Expr a) => new Operation(OpCode.Negate, a);

    public static Expr MultiplyAdd(Expr a, Expr b, Expr c) => new Operation(OpCode.MultiplyAdd, a, b, c);

    public static Expr Max(Expr a, Expr b) => new Operation(OpCode.Max, a, b);

    public static Expr MaxNative(Expr a, Expr b) => new Operation(OpCode.MaxNative, a, b);

    public static Expr MinNative(Expr a, Expr b) => new Operation(OpCode.MinNative, a, b);

    public static Expr Abs(Expr a) => new Operation(OpCode.Abs, a);

    public static Expr Sqrt(Expr a) => new Operation(OpCode.Sqrt, a);

    public static Expr Log(Expr a) => new Operation(OpCode.Log, a);

    public static Expr SelectGreater(Expr a, Expr b, Expr yes, Expr no) => new Operation(OpCode.SelectGreater, a, b, yes, no);

    public static Expr SelectEqual(Expr a, Expr b, Expr yes, Expr no) => new Operation(OpCode.SelectEqual, a, b, yes, no);

    public static Expr ScaleByPowerOfTwo(Expr a, Expr b) => new Operation(OpCode.ScaleByPowerOfTwo, a, b);

    /// <summary>An operation with a word on what it is, for the reader of the emitted line that computes it.</summary>
    public static Expr Noted(string note, Expr value)
        => value is Operation operation ? new Operation(operation.Code, [.. operation.Operands]) { Note = note } : value;
}

internal sealed class Constant : Expr
{
    public Constant(double value) => Value = value;

    public double Value { get; }
}

internal sealed class Load : Expr
{
    public Load(Access access) => Access = access;

    public Access Access { get; }
}

/// <summary>A number that the kernel's caller passes, such as one over the number of samples.</summary>
internal sealed class Scalar : Expr
{
    public Scalar(string name) => Name = name;

    public string Name { get; }
}

/// <summary>What a nest sums, or takes the maximum of, while its reduction axes run.</summary>
internal sealed class Accumulator : Expr
{
    public Accumulator(string name, Expr initial)
    {
        Name = name;
        Initial = initial;
    }

    public string Name { get; }

    public Expr Initial { get; }

    /// <summary>The value after one more step; it reads the accumulator itself.</summary>
    public Expr Update { get; set; } = null!;
}

internal sealed class Operation : Expr
{
    public Operation(OpCode code, params Expr[] operands)
    {
        Code = code;
        Operands = operands;
    }

    public OpCode Code { get; }

    public IReadOnlyList<Expr> Operands { get; }

    /// <summary>What it is, for the reader of the emitted line that computes it.</summary>
    public string? Note { get; init; }
}
