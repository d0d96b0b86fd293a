namespace NumCnn.Gen.Schedule;

/// <summary>A variable of an emitted loop, with what the bounds proof needs to know of it.</summary>
internal sealed class LoopVariable
{
    public LoopVariable(string name, int first, int last)
    {
        Name = name;
        First = first;
        Last = last;
    }

    public string Name { get; }

    public int First { get; }

    /// <summary>The largest value; for a lane loop the largest is <see cref="LaneExtent"/> less the step.</summary>
    public int Last { get; }

    /// <summary>Not 0 for a loop over lanes, whose step is a number of vectors.</summary>
    public int LaneExtent { get; set; }

    public int LaneVectors { get; set; }

    /// <summary>For one that counts samples, or shards: the kernel's parameter with their number.</summary>
    public string Number { get; set; } = string.Empty;

    /// <summary>Counts samples: an address moves by the workspace's pitch, and the proof is about one sample.</summary>
    public bool IsSample { get; set; }

    /// <summary>For one that counts the samples of a sum: the name of the elements before its sample, which the loop counts, too. A multiplication in each step would take the place of one that the sum needs.</summary>
    public string Offset { get; set; } = string.Empty;
}

/// <summary>A ref local: a storage's start (a parameter), or another ref moved by loop variables.</summary>
internal sealed class Ref
{
    public Ref(string name, Storage storage, Ref? parent, IReadOnlyList<(LoopVariable Variable, int Factor)> terms, int sampleOffset)
    {
        Name = name;
        Storage = storage;
        Parent = parent;
        Terms = terms;
        SampleOffset = sampleOffset;
    }

    public string Name { get; }

    public Storage Storage { get; }

    public Ref? Parent { get; }

    /// <summary>All terms from the storage's start, the parent's included.</summary>
    public IReadOnlyList<(LoopVariable Variable, int Factor)> Terms { get; }

    /// <summary>Samples behind the one that the loop variables name.</summary>
    public int SampleOffset { get; }

    /// <summary>Elements from the storage's start to where the kernel's parameter points.</summary>
    public int Base { get; init; }

    /// <summary>What memory moves it by, and the most that this can be; null for one that only loop variables move.</summary>
    public (MemoryOperand Number, int Last)? Offset { get; init; }
}

/// <summary>A ref, a literal displacement from the start of its storage, and a number of vectors.</summary>
internal readonly struct MemoryOperand
{
    public MemoryOperand(Ref start, int displacement, int vectors)
    {
        Start = start;
        Displacement = displacement;
        Vectors = vectors;
    }

    public Ref Start { get; }

    public int Displacement { get; }

    /// <summary>Elements from the ref itself.</summary>
    public int FromStart => Displacement - Start.Base;

    public int Vectors { get; }
}

internal enum LoadKind
{
    Element,
    Broadcast,
    Vector,
}

/// <summary>An expression of emitted code.</summary>
internal abstract class Code;

internal sealed class LocalCode(string name) : Code
{
    public string Name { get; } = name;
}

internal sealed class ConstantCode(double value) : Code
{
    public double Value { get; } = value;
}

internal sealed class ScalarCode(string name) : Code
{
    public string Name { get; } = name;
}

internal sealed class LoadCode(MemoryOperand operand, LoadKind kind) : Code
{
    public MemoryOperand Operand { get; } = operand;

    public LoadKind Kind { get; } = kind;
}

internal sealed class OperationCode(OpCode code, IReadOnlyList<Code> operands) : Code
{
    public OpCode Code { get; } = code;

    public IReadOnlyList<Code> Operands { get; } = operands;

    /// <summary>What it is, for the reader of the line that computes it.</summary>
    public string? Note { get; init; }

    /// <summary>What there is to say of an expression's operations, the first computed first.</summary>
    public static IEnumerable<string> Notes(Code code) => code switch
    {
        OperationCode operation => [.. operation.Operands.SelectMany(Notes), .. operation.Note is { } note ? new[] { note } : []],
        InsideCode inside => Notes(inside.Value),
        _ => [],
    };
}

/// <summary>The value in the lanes of a mask, and zero in the others.</summary>
internal sealed class InsideCode(Code value, string mask) : Code
{
    public Code Value { get; } = value;

    public string Mask { get; } = mask;
}

/// <summary>A mask of the first lanes of a vector: of <c>count</c> lanes in all, the loop and the vectors before it have had theirs.</summary>
internal sealed class MaskCode(int count, LoopVariable? lanes, int vectors) : Code
{
    public int Count { get; } = count;

    public LoopVariable? Lanes { get; } = lanes;

    public int Vectors { get; } = vectors;
}

/// <summary>A statement of emitted code.</summary>
internal abstract class Statement;

internal sealed class CommentStatement(string text) : Statement
{
    public string Text { get; } = text;
}

internal enum LoopKind
{
    /// <summary>Literal bounds and step.</summary>
    Counted,

    /// <summary>Literal extent, a step of whole vectors.</summary>
    Lanes,

    /// <summary>Whole tiles of the samples that are left.</summary>
    SampleTiles,

    /// <summary>All samples, or those of a group.</summary>
    Samples,

    /// <summary>Groups of samples.</summary>
    SampleGroups,

    /// <summary>The share of a thread, from a literal range.</summary>
    Items,

    /// <summary>A literal range, of which other loops' variables may leave out the beginning or the end.</summary>
    Clipped,
}

internal sealed class LoopStatement : Statement
{
    public LoopStatement(LoopKind kind, LoopVariable variable)
    {
        Kind = kind;
        Variable = variable;
    }

    public LoopKind Kind { get; }

    public LoopVariable Variable { get; }

    public int Start { get; set; }

    public int End { get; set; }

    public int Step { get; set; } = 1;

    /// <summary>For loops over samples: the group that bounds them, if any.</summary>
    public LoopVariable? Group { get; set; }

    /// <summary>For clipped loops: what the range's ends are, if not always the same.</summary>
    public ClippedEnd? ClippedStart { get; set; }

    /// <inheritdoc cref="ClippedStart"/>
    public ClippedEnd? ClippedEnd { get; set; }

    public List<Statement> Body { get; } = [];
}

/// <summary>An end of a loop that other loops' variables move: a quotient, rounded towards zero.</summary>
internal sealed class ClippedEnd(int constant, IReadOnlyList<(LoopVariable Variable, int Factor)> terms, int divisor)
{
    public int Constant { get; } = constant;

    public IReadOnlyList<(LoopVariable Variable, int Factor)> Terms { get; } = terms;

    public int Divisor { get; } = divisor;
}

internal sealed class BlockStatement(List<Statement> body) : Statement
{
    public List<Statement> Body { get; } = body;
}

internal sealed class SampleCounterStatement(LoopVariable variable) : Statement
{
    public LoopVariable Variable { get; } = variable;
}

internal sealed class RefStatement(Ref declared, IReadOnlyList<(LoopVariable Variable, int Factor)> moves) : Statement
{
    public Ref Declared { get; } = declared;

    /// <summary>What moves it from its parent.</summary>
    public IReadOnlyList<(LoopVariable Variable, int Factor)> Moves { get; } = moves;
}

internal sealed class DeclareStatement(IReadOnlyList<string> names) : Statement
{
    public IReadOnlyList<string> Names { get; } = names;
}

internal sealed class AssignStatement(string local, Code value, bool declare) : Statement
{
    public string Local { get; } = local;

    public Code Value { get; } = value;

    public bool Declare { get; } = declare;
}

/// <summary>Asks for a line of memory that a later step will read.</summary>
internal sealed class PrefetchStatement(MemoryOperand operand) : Statement
{
    public MemoryOperand Operand { get; } = operand;
}

/// <summary>Asks for the next lines of what other kernels will read, and moves on.</summary>
/// <param name="fetches">Where it begins, the name of a loop's variable, if there is one, and the lines.</param>
/// <param name="lineLength">Elements of a line.</param>
internal sealed class FetchStatement(IReadOnlyList<(string Start, string Counter, int Lines)> fetches, int lineLength) : Statement
{
    public IReadOnlyList<(string Start, string Counter, int Lines)> Fetches { get; } = fetches;

    /// <summary>Not null for one that does so only where this variable is a multiple of <see cref="Multiple"/>.</summary>
    public LoopVariable? Variable { get; init; }

    public int Multiple { get; init; } = 1;

    /// <summary>Elements of a line.</summary>
    public int LineLength { get; } = lineLength;
}

internal sealed class StoreStatement(MemoryOperand target, Code value, bool isVector) : Statement
{
    public MemoryOperand Target { get; } = target;

    public Code Value { get; } = value;

    public bool IsVector { get; } = isVector;
}
