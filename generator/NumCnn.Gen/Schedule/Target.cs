using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Schedule;

internal enum VectorKind
{
    /// <summary>One element at a time, for tensors too narrow for lanes.</summary>
    None,

    /// <summary>System.Numerics.Vector: 128 or 256 bits, whichever the hardware has; 16 registers may be counted on.</summary>
    Variable,

    /// <summary>512 bits and 32 registers.</summary>
    Fixed512,
}

/// <summary>What a kernel is written for.</summary>
internal sealed class Target
{
    private Target(VectorKind kind, DType type)
    {
        Kind = kind;
        Type = type;
    }

    public VectorKind Kind { get; }

    public DType Type { get; }

    public int ElementSize => Type == DType.Float32 ? 4 : 8;

    /// <summary>Elements of a 64-byte block, the unit of layouts.</summary>
    public int Block => 64 / ElementSize;

    public int Registers => Kind == VectorKind.Fixed512 ? 32 : 16;

    /// <summary>The widths, in elements, that the code has to be right for.</summary>
    public IReadOnlyList<int> Widths => Kind switch
    {
        VectorKind.None => [1],
        VectorKind.Variable => [Block / 4, Block / 2],
        _ => [Block],
    };

    public static Target For(VectorKind kind, DType type) => new(kind, type);
}
