using System.Runtime.InteropServices;

namespace NumCnn.Benchmarks.Peers.OnnxRuntime;

/// <summary>
/// ONNX Runtime's shared library and the functions of its C API that are used here. The API is a table of function
/// pointers that only ever grows at its end, so a function is known by its place.
/// </summary>
internal sealed unsafe class OrtLibrary
{
    /// <summary>The oldest version of the API whose table holds every function used here.</summary>
    private const uint ApiVersion = 12;

    private const int GetErrorMessage = 2;
    private const int CreateEnvironment = 3;
    private const int ReleaseStatus = 93;

    private const int WarningLevel = 2;

    private readonly nint* _table;

    private OrtLibrary(nint* table, string path, string version)
    {
        _table = table;
        Path = path;
        Version = version;
        nint environment = 0;
        fixed (byte* name = "benchmarks\0"u8)
        {
            Check(((delegate* unmanaged<int, byte*, nint*, nint>)table[CreateEnvironment])(WarningLevel, name, &environment));
        }

        Environment = environment;
    }

    /// <summary>The library's file.</summary>
    public string Path { get; }

    public string Version { get; }

    public nint Environment { get; }

    /// <summary>Loads the library of a folder into which npm installed onnxruntime-node.</summary>
    /// <param name="folder">The folder, or the library itself.</param>
    /// <param name="reason">Why there is none.</param>
    /// <returns>The library, or null.</returns>
    public static OrtLibrary? TryLoad(string folder, out string reason)
    {
        if (Find(folder) is not { } path)
        {
            reason = $"no libonnxruntime under {folder}";
            return null;
        }

        if (!NativeLibrary.TryLoad(path, out nint handle) || !NativeLibrary.TryGetExport(handle, "OrtGetApiBase", out nint export))
        {
            reason = $"{path} cannot be loaded";
            return null;
        }

        var functions = ((delegate* unmanaged<nint*>)export)();
        var table = (nint*)((delegate* unmanaged<uint, nint>)functions[0])(ApiVersion);
        string version = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)functions[1])()) ?? "?";
        reason = table == null ? $"version {version} does not offer API {ApiVersion}" : string.Empty;
        return table == null ? null : new OrtLibrary(table, path, version);
    }

    public nint Function(int index) => _table[index];

    /// <summary>Turns a status into an exception and releases it.</summary>
    public void Check(nint status)
    {
        if (status == 0)
        {
            return;
        }

        string message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)_table[GetErrorMessage])(status)) ?? "unknown error";
        ((delegate* unmanaged<nint, void>)_table[ReleaseStatus])(status);
        throw new InvalidOperationException($"ONNX Runtime: {message}");
    }

    private static string? Find(string folder)
    {
        if (File.Exists(folder))
        {
            return folder;
        }

        string machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "libonnxruntime*", SearchOption.AllDirectories)
                .Where(path => System.IO.Path.GetFileName(path) is "libonnxruntime.so" or "libonnxruntime.so.1" or "libonnxruntime.dylib")
                .OrderByDescending(path => path.Contains($"{System.IO.Path.DirectorySeparatorChar}{machine}{System.IO.Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                .FirstOrDefault()
            : null;
    }
}
