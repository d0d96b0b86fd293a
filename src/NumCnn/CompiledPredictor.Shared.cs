using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NumCnn;

/// <content>Calls that several threads share.</content>
public abstract partial class CompiledPredictor<T>
{
    // Samples for each thread from which on what the last round leaves some threads to do is not worth dividing samples.
    private const int FewRounds = 8;

    private SharedPrediction? _idleShared;

    /// <summary>
    /// Several threads: as many samples as go round among them without waiting, and then one sample after the other, of
    /// which they share each step.
    /// </summary>
    private unsafe void PredictShared(ReadOnlySpan<T> input, Span<T> output, int samples)
    {
        int threads = UsableThreads;
        int single = Layout.PredictStages is null || samples >= FewRounds * threads ? 0 : samples % threads;
        int whole = samples - single;
        fixed (T* from = input)
        fixed (T* to = output)
        {
            var shared = Interlocked.Exchange(ref _idleShared, null) ?? new SharedPrediction();
            if (whole > 0)
            {
                int least = Math.Min(WorkerPool.LeastSamples(whole, threads, Layout.MultiplyAdds), Chunk);
                shared.Start(this, from, to, whole, threads);
                WorkerPool.Shared.Run(shared, whole, least, Chunk, threads);
                shared.End();
            }

            for (int sample = whole; sample < samples; sample++)
            {
                shared.RunSample(this, from + ((nint)sample * _inputLength), to + ((nint)sample * _outputLength), threads);
            }

            Volatile.Write(ref _idleShared, shared);
        }
    }

    /// <summary>A call of Predict that several threads share: its samples, or the stages of one of them.</summary>
    private sealed unsafe class SharedPrediction : IParallelWork
    {
        private readonly SharingChoice _choice = new();
        private CompiledPredictor<T>? _network;
        private T* _input;
        private T* _output;
        private int _stage;
        private bool _runsStages;
        private AlignedBuffer<T>? _own;

        // One for each thread, whether or not it comes this time: what a call allocates does not depend on who is late.
        private Workspace?[] _workspaces = [];

        /// <summary>Items are samples from now on.</summary>
        public void Start(CompiledPredictor<T> network, T* input, T* output, int samples, int threads)
        {
            if (_workspaces.Length < threads)
            {
                Array.Resize(ref _workspaces, threads);
            }

            for (int thread = 0; thread < threads; thread++)
            {
                _workspaces[thread] = network.Rent(Math.Min(samples, network.Chunk));
            }

            _network = network;
            _input = input;
            _output = output;
            _runsStages = false;
        }

        /// <summary>Gives the workspaces back.</summary>
        public void End()
        {
            for (int thread = 0; thread < _workspaces.Length; thread++)
            {
                if (_workspaces[thread] is { } workspace)
                {
                    _network!.Return(workspace);
                    _workspaces[thread] = null;
                }
            }
        }

        /// <summary>Evaluates one sample: all threads stage after stage or, where that is sooner, one alone.</summary>
        public void RunSample(CompiledPredictor<T> network, T* input, T* output, int threads)
        {
            Start(network, input, output, 1, 1);
            if (network.Layout.MultiplyAdds > SharingChoice.LargestTried)
            {
                RunStages(network, threads);
            }
            else
            {
                long start = Stopwatch.GetTimestamp();
                if (_choice.IsTogether(threads))
                {
                    RunStages(network, threads);
                }
                else
                {
                    Run(0, 0, 1);
                }

                _choice.Took(Stopwatch.GetTimestamp() - start);
            }

            End();
        }

        private void RunStages(CompiledPredictor<T> network, int threads)
        {
            _runsStages = true;
            network.Prepare(_workspaces[0]!);
            int own = checked((threads - 1) * network.Layout.PredictThreadLength);
            if (own > 0 && (_own is null || _own.Length < own))
            {
                _own = new AlignedBuffer<T>(own);
            }

            int[] stages = network.Layout.PredictStages!;
            for (_stage = 0; _stage < stages.Length; _stage++)
            {
                // Neighbouring items read and write neighbouring rows, so a thread begins with many of them at once.
                WorkerPool.Shared.Run(this, stages[_stage], 1, Math.Max(1, stages[_stage] / threads), threads);
            }
        }

        public void Run(int thread, int first, int end)
        {
            Debug.Assert(_network is not null, "Start comes before Run.");
            var workspace = _workspaces[_runsStages ? 0 : thread]!;
            if (_runsStages)
            {
                ref T values = ref workspace.Samples.Reference;
                ref T own = ref values;
                if (thread > 0 && _own is not null)
                {
                    own = ref Unsafe.Add(ref _own.Reference, (nint)(thread - 1) * _network.Layout.PredictThreadLength);
                }

                _network.PredictStage(_stage, first, end, ref Unsafe.AsRef<T>(_input), ref Unsafe.AsRef<T>(_output), ref values, ref own, ref workspace.Batch.Reference);
                return;
            }

            _network.PredictSamples(
                workspace,
                ref Unsafe.AsRef<T>(_input + ((nint)first * _network._inputLength)),
                ref Unsafe.AsRef<T>(_output + ((nint)first * _network._outputLength)),
                end - first);
        }
    }
}
