using System.Runtime.InteropServices;
using System.Text;

namespace NumCnn.Benchmarks.Peers.OnnxRuntime;

/// <summary>A session on an ONNX file, with input and output of one batch size bound to memory of its own.</summary>
internal sealed unsafe class OrtSession : IDisposable
{
    private const int CreateSession = 7;
    private const int RunSession = 9;
    private const int CreateSessionOptions = 10;
    private const int SetSessionExecutionMode = 13;
    private const int SetGraphOptimizationLevel = 23;
    private const int SetIntraOpThreads = 24;
    private const int SetInterOpThreads = 25;
    private const int CreateTensorWithData = 49;
    private const int CreateCpuMemoryInfo = 69;
    private const int ReleaseMemoryInfo = 94;
    private const int ReleaseSession = 95;
    private const int ReleaseValue = 96;
    private const int ReleaseSessionOptions = 100;
    private const int AddFreeDimensionOverrideByName = 124;

    private const int ArenaAllocator = 1;
    private const int DefaultMemory = 0;
    private const int AllOptimizations = 99;

    private readonly OrtLibrary _library;
    private readonly nint _session;
    private readonly nint _memory;
    private readonly nint _inputValue;
    private readonly nint _outputValue;
    private readonly nint _names = Marshal.StringToCoTaskMemUTF8("input\0output");
    private readonly float[] _input;

    public OrtSession(OrtLibrary library, string model, int batch, int threads, NetworkInfo network)
        : this(library, model, batch, threads, network.InputShape, network.OutputShape)
    {
    }

    public OrtSession(OrtLibrary library, string model, int batch, int threads, IReadOnlyList<int> inputShape, IReadOnlyList<int> outputShape)
    {
        _library = library;
        nint options = 0, session = 0, memory = 0;
        library.Check(((delegate* unmanaged<nint*, nint>)library.Function(CreateSessionOptions))(&options));
        library.Check(((delegate* unmanaged<nint, int, nint>)library.Function(SetGraphOptimizationLevel))(options, AllOptimizations));
        library.Check(((delegate* unmanaged<nint, int, nint>)library.Function(SetIntraOpThreads))(options, threads));
        library.Check(((delegate* unmanaged<nint, int, nint>)library.Function(SetInterOpThreads))(options, 1));
        library.Check(((delegate* unmanaged<nint, int, nint>)library.Function(SetSessionExecutionMode))(options, 0));
        fixed (byte* name = "N\0"u8)
        {
            // With the batch known, constants can be folded as far as ours are.
            library.Check(((delegate* unmanaged<nint, byte*, long, nint>)library.Function(AddFreeDimensionOverrideByName))(options, name, batch));
        }

        fixed (byte* path = Encoding.UTF8.GetBytes(model + "\0"))
        {
            nint status = ((delegate* unmanaged<nint, byte*, nint, nint*, nint>)library.Function(CreateSession))(library.Environment, path, options, &session);
            ((delegate* unmanaged<nint, void>)library.Function(ReleaseSessionOptions))(options);
            library.Check(status);
        }

        _session = session;
        library.Check(((delegate* unmanaged<int, int, nint*, nint>)library.Function(CreateCpuMemoryInfo))(ArenaAllocator, DefaultMemory, &memory));
        _memory = memory;
        (_input, _inputValue) = Tensor(batch, inputShape);
        (Output, _outputValue) = Tensor(batch, outputShape);
    }

    public Span<float> Input => _input;

    public float[] Output { get; }

    public void Run()
    {
        nint input = _inputValue, output = _outputValue;
        byte* inputName = (byte*)_names;
        byte* outputName = inputName + "input\0".Length;
        _library.Check(((delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint>)_library.Function(RunSession))(
            _session, 0, &inputName, &input, 1, &outputName, 1, &output));
    }

    public void Dispose()
    {
        ((delegate* unmanaged<nint, void>)_library.Function(ReleaseValue))(_inputValue);
        ((delegate* unmanaged<nint, void>)_library.Function(ReleaseValue))(_outputValue);
        ((delegate* unmanaged<nint, void>)_library.Function(ReleaseMemoryInfo))(_memory);
        ((delegate* unmanaged<nint, void>)_library.Function(ReleaseSession))(_session);
        Marshal.FreeCoTaskMem(_names);
    }

    private (float[] Data, nint Value) Tensor(int batch, IReadOnlyList<int> sample)
    {
        long[] shape = [batch, .. sample.Select(static size => (long)size)];
        var data = GC.AllocateArray<float>(checked((int)shape.Aggregate(1L, static (product, size) => product * size)), pinned: true);
        nint value = 0;
        fixed (long* sizes = shape)
        {
            _library.Check(((delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)_library.Function(CreateTensorWithData))(
                _memory, Marshal.UnsafeAddrOfPinnedArrayElement(data, 0).ToPointer(), (nuint)data.Length * sizeof(float), sizes, (nuint)shape.Length, 1, &value));
        }

        return (data, value);
    }
}
