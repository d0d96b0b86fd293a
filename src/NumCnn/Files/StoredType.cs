namespace NumCnn;

/// <summary>An element type of a weight file.</summary>
public enum StoredType
{
    /// <summary>A 16-bit IEEE 754 float.</summary>
    Float16,

    /// <summary>The upper half of a 32-bit IEEE 754 float.</summary>
    BFloat16,

    /// <summary>A 32-bit IEEE 754 float.</summary>
    Float32,

    /// <summary>A 64-bit IEEE 754 float.</summary>
    Float64,

    /// <summary>A byte that is 0 or 1.</summary>
    Bool,

    /// <summary>A signed 8-bit integer.</summary>
    Int8,

    /// <summary>An unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>A signed 16-bit integer.</summary>
    Int16,

    /// <summary>An unsigned 16-bit integer.</summary>
    UInt16,

    /// <summary>A signed 32-bit integer.</summary>
    Int32,

    /// <summary>An unsigned 32-bit integer.</summary>
    UInt32,

    /// <summary>A signed 64-bit integer.</summary>
    Int64,

    /// <summary>An unsigned 64-bit integer.</summary>
    UInt64,
}

/// <summary>The types' sizes, and their names in the two formats.</summary>
internal static class StoredTypes
{
    private static readonly (StoredType Type, int Size, string Safetensors, string? Numpy)[] s_table =
    [
        (StoredType.Float16, 2, "F16", "f2"),
        (StoredType.BFloat16, 2, "BF16", null),
        (StoredType.Float32, 4, "F32", "f4"),
        (StoredType.Float64, 8, "F64", "f8"),
        (StoredType.Bool, 1, "BOOL", "b1"),
        (StoredType.Int8, 1, "I8", "i1"),
        (StoredType.UInt8, 1, "U8", "u1"),
        (StoredType.Int16, 2, "I16", "i2"),
        (StoredType.UInt16, 2, "U16", "u2"),
        (StoredType.Int32, 4, "I32", "i4"),
        (StoredType.UInt32, 4, "U32", "u4"),
        (StoredType.Int64, 8, "I64", "i8"),
        (StoredType.UInt64, 8, "U64", "u8"),
    ];

    public static int Size(this StoredType type) => s_table[(int)type].Size;

    public static bool IsFloat(this StoredType type) => type <= StoredType.Float64;

    public static string SafetensorsName(this StoredType type) => s_table[(int)type].Safetensors;

    public static string? NumpyName(this StoredType type) => s_table[(int)type].Numpy;

    public static StoredType? FromSafetensors(string name) => Find(row => row.Safetensors == name);

    public static StoredType? FromNumpy(string name) => Find(row => row.Numpy == name);

    private static StoredType? Find(Predicate<(StoredType Type, int Size, string Safetensors, string? Numpy)> matches) =>
        Array.FindIndex(s_table, matches) is var index and >= 0 ? s_table[index].Type : null;
}
