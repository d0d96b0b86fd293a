using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Emit;

/// <summary>The methods of Predict.</summary>
internal sealed partial class StageWriter
{
    /// <summary>Kernels from which on Load has them compiled from their end, by a thread that begins before there is a layout.</summary>
    private const int ManyKernels = 12;

    /// <summary>Predict of samples that one thread evaluates, and what it prepares.</summary>
    public void WritePredict(IReadOnlyList<(Step Step, IReadOnlyList<KernelCall> Calls)> steps)
    {
        var once = steps.Where(static step => step.Step.Domain != Domain.Samples).ToList();
        if (once.Count > 0)
        {
            _writer.Line("/// <inheritdoc/>");
            using (_writer.Block($"protected override void PredictPrepare(ref {_element} batch)"))
            {
                _writer.Line($"ref {_element} p = ref Values;");
                foreach (var (step, calls) in once)
                {
                    foreach (var call in calls)
                    {
                        string[] items = call.TakesItems ? [FormattableString.Invariant($"0, {step.Items}")] : [];
                        _writer.Line($"{Call(call, "workspace", "n", Caller.Predict, items)} // {step.Summary.Split(':')[0]}");
                    }
                }
            }

            _writer.Line();
        }

        _writer.Line("/// <inheritdoc/>");
        using (_writer.Block($"protected override void PredictChunk(ref {_element} input, ref {_element} output, int samples, ref {_element} workspace, ref {_element} batch)"))
        {
            if (_memory.PredictSampleLength > 0)
            {
                _writer.Line(FormattableString.Invariant($"const int PredictPitch = {_memory.PredictSampleLength}; // between the samples' own values, behind the {_memory.PredictSharedLength} elements that they share"));
            }

            WriteParameters(steps.Select(static step => step.Step));
            WriteSamples([.. steps.Where(static step => step.Step.Domain == Domain.Samples)], "0", "samples", Caller.Predict);
        }
    }

    /// <summary>Predict of one sample whose steps threads share.</summary>
    public void WritePredictStages(IReadOnlyList<Stage> stages)
    {
        _writer.Line("/// <inheritdoc/>");
        using (_writer.Block($"protected override void PredictStage(int stage, int first, int end, ref {_element} input, ref {_element} output, ref {_element} workspace, ref {_element} own, ref {_element} batch)"))
        {
            _writer.Line("// Of a stage with items, this call does first to end; other threads do others at the same time.");
            WriteParameters(stages.SelectMany(static stage => stage.Steps).Select(static step => step.Step));
            if (_memory.PredictSampleLength > 0)
            {
                _writer.Line(FormattableString.Invariant($"ref {_element} s = ref Unsafe.Add(ref workspace, {_memory.PredictSharedLength});"));
            }

            using (_writer.Block("switch (stage)"))
            {
                for (int k = 0; k < stages.Count; k++)
                {
                    string items = stages[k].Items > 1 ? FormattableString.Invariant($" // {stages[k].Items} items") : string.Empty;
                    _writer.Line(FormattableString.Invariant($"case {k}:{items}"));
                    using (_writer.Indented())
                    {
                        // Locals of one case would collide with the next one's.
                        bool declares = SharesItems(stages[k]) || stages[k].Steps.Exists(static step => step.Step.Scalars.Count > 0);
                        using (declares ? _writer.Block(string.Empty) : default(IDisposable))
                        {
                            WritePredictStage(stages[k]);
                        }

                        _writer.Line("break;");
                    }
                }
            }
        }
    }

    private void WritePredictStage(Stage stage)
    {
        if (stage.Domain == Domain.Items && stage.Steps.SelectMany(step => _memory.BordersBefore(step.Step)).Any())
        {
            using (_writer.Block("if (first == 0)"))
            {
                foreach (var (step, _) in stage.Steps)
                {
                    WriteBorders(step, Caller.PredictStage);
                }
            }

            _writer.Line();
        }

        if (stage.Turns is { } turns)
        {
            using var loop = _writer.Block($"for (nint t = first; t < end; t++) // {turns.Purpose}");
            foreach (var step in stage.Steps)
            {
                WriteCalls(step, "0", Caller.PredictTurns, []);
            }

            return;
        }

        int start = 0;
        foreach (var (step, calls) in stage.Steps)
        {
            bool shares = SharesItems(stage);
            if (stage.Domain != Domain.Items)
            {
                WriteBorders(step, Caller.PredictStage);
            }

            using var scope = shares ? _writer.Block($"if ({Mine(step, start)})") : default(IDisposable);
            string range = shares ? FormattableString.Invariant($"from{start}, to{start}") : "first, end";
            WriteCalls((step, calls), "0", Caller.PredictStage, [FormattableString.Invariant($"1, {_memory.PredictSampleLength}")], range);
            start += step.Items;
        }
    }

    /// <summary>Several steps have a stage's items, each its own.</summary>
    private static bool SharesItems(Stage stage) => stage.Domain == Domain.Items && stage.Turns is null && stage.Steps.Count > 1;

    /// <summary>The kernels of Predict in their order, where they are many; otherwise none.</summary>
    public static IReadOnlyList<Kernel> PredictKernels(IReadOnlyList<(Step Step, IReadOnlyList<KernelCall> Calls)> steps)
    {
        var kernels = steps.SelectMany(static step => step.Calls).Select(static call => call.Kernel).OfType<Kernel>().Distinct().ToList();
        return kernels.Count < ManyKernels ? [] : kernels;
    }

    public void WritePredictKernels(IReadOnlyList<Kernel> kernels)
    {
        _writer.Line("/// <summary>The kernels that Predict calls on this hardware, in their order.</summary>");
        _writer.Line("private static Delegate[] PredictKernels() => Vector512.IsHardwareAccelerated");
        _writer.Line($"    ? [{string.Join(", ", kernels.Select(static kernel => kernel.TwinText.Length > 0 ? kernel.Name + "512" : kernel.Name))}]");
        _writer.Line($"    : [{string.Join(", ", kernels.Select(static kernel => kernel.Name))}];");
    }
}
