using NumCnn.Benchmarks.Measuring;
using NumCnn.Benchmarks.Peers.OnnxRuntime;
using NumCnn.Benchmarks.Peers.Python;
using NumCnn.Benchmarks.Peers.Scalar;
using NumCnn.Benchmarks.Works;

namespace NumCnn.Benchmarks.Peers;

/// <summary>The other sides that this machine has, and why it lacks the others.</summary>
internal sealed class PeerSet : IDisposable
{
    private readonly PythonProcess? _torch;
    private readonly PythonProcess? _numPy;
    private readonly string _torchReason;
    private readonly string _numPyReason;
    private readonly string _ortReason;

    public PeerSet(string ortFolder, string python)
    {
        Ort = OrtLibrary.TryLoad(ortFolder, out _ortReason);
        _torch = PythonProcess.TryStart(python, "torch_peer.py", out _torchReason);
        _numPy = PythonProcess.TryStart(python, "numpy_peer.py", out _numPyReason);
    }

    public OrtLibrary? Ort { get; }

    /// <summary>The processes that peers run in.</summary>
    public IReadOnlyList<int> ProcessIds => [.. new[] { _torch, _numPy }.OfType<PythonProcess>().Select(static process => process.Id)];

    /// <summary>PyTorch's process.</summary>
    public PythonProcess? Torch => _torch;

    /// <summary>A line for each peer: its version, or why it is missing.</summary>
    public IEnumerable<string> Describe()
    {
        yield return "ONNX Runtime: " + (Ort is null ? "missing, " + _ortReason : Ort.Version);
        yield return "PyTorch: " + (_torch is null ? "missing, " + _torchReason : _torch.Version);
        yield return "NumPy: " + (_numPy is null ? "missing, " + _numPyReason : _numPy.Version);
    }

    /// <summary>The peers of a comparison, by name; the function is null where the peer is missing.</summary>
    /// <param name="work">The network.</param>
    /// <param name="mode">infer or train.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="threads">Threads of both sides.</param>
    public IEnumerable<(string Name, Func<WorkData, IContender>? Create)> For(Work work, string mode, int batch, int threads)
    {
        bool infers = mode == Modes.Infer;
        if (infers)
        {
            yield return ("ONNX Runtime", Ort is null ? null : data => new OrtInference(Ort, data, threads));
        }

        yield return ("PyTorch", _torch is null ? null : data => new PythonContender(_torch, "PyTorch", data, mode, threads));

        // The loops know one thread, and their time for a batch is the sum of its samples'.
        if (threads == 1 && batch == 1 && infers)
        {
            yield return ("scalar C#", static data => new ScalarNetwork(data));
        }

        if (threads == 1 && (batch == 1 || work.HasNumPyTraining) && (infers ? work.HasNumPyLoops : work.HasNumPyTraining))
        {
            yield return ("NumPy", _numPy is null ? null : data => new PythonContender(_numPy, "NumPy", data, mode, threads));
        }
    }

    public void Dispose()
    {
        _torch?.Dispose();
        _numPy?.Dispose();
    }
}
