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

/// <summary>The types' sizes, and their names in the two formats, in the order of the types.</summary>
internal static class StoredTypes
{
    private static readonly string[] s_safetensors = ["F16", "BF16", "F32", "F64", "BOOL", "I8", "U8", "I16", "U16", "I32", "U32", "I64", "U64"];
    private static readonly string?[] s_numpy = ["f2", null, "f4", "f8", "b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"];

    private static ReadOnlySpan<byte> Sizes => [2, 2, 4, 8, 1, 1, 1, 2, 2, 4, 4, 8, 8];

    public static int Size(this StoredType type) => Sizes[(int)type];

    public static bool IsFloat(this StoredType type) => type <= StoredType.Float64;

    public static string SafetensorsName(this StoredType type) => s_safetensors[(int)type];

    public static string? NumpyName(this StoredType type) => s_numpy[(int)type];

    public static StoredType? FromSafetensors(string name) => Find(s_safetensors, name);

    public static StoredType? FromNumpy(string name) => Find(s_numpy, name);

    private static StoredType? Find(string?[] names, string name) => Array.IndexOf(names, name) is var index and >= 0 ? (StoredType)index : null;
}
