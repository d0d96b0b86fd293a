using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Emit;

/// <summary>Writes the methods that call the kernels.</summary>
internal sealed partial class StageWriter
{
    /// <summary>Whose places a call has.</summary>
    private enum Caller
    {
        Training,
        Predict,

        /// <summary>One sample, whose steps threads share.</summary>
        PredictStage,

        /// <summary>The same for steps that take turns: what they leave for each other is each thread's own.</summary>
        PredictTurns,
    }

    private readonly CodeWriter _writer;
    private readonly string _element;
    private readonly MemoryPlan _memory;

    public StageWriter(CodeWriter writer, string element, MemoryPlan memory)
    {
        _writer = writer;
        _element = element;
        _memory = memory;
    }

    /// <summary>A direction's dispatcher and its stages.</summary>
    public void WriteDirection(string name, IReadOnlyList<Stage> stages)
    {
        _writer.Line("/// <inheritdoc/>");
        using (_writer.Block($"protected override void {name}Stage(int stage, int first, int end, ref {_element} workspace)"))
        {
            using (_writer.Block("switch (stage)"))
            {
                for (int k = 0; k < stages.Count; k++)
                {
                    _writer.Line(FormattableString.Invariant($"case {k}:"));
                    _writer.Line(FormattableString.Invariant($"    {name}{k}(first, end{(Uses(stages[k], transient: true) ? ", ref workspace" : string.Empty)});"));
                    _writer.Line("    break;");
                }
            }
        }

        for (int k = 0; k < stages.Count; k++)
        {
            _writer.Line();
            var stage = stages[k];
            string what = stage.Domain switch
            {
                Domain.Samples => "samples first to end",
                Domain.Once => "once for the batch",
                _ => FormattableString.Invariant($"{stage.Items} independent items, of which this call does first to end"),
            };
            _writer.Line($"/// <summary>{name}, stage {k}: {what}.</summary>");
            string workspace = Uses(stage, transient: true) ? $", ref {_element} workspace" : string.Empty;
            using (_writer.Block(FormattableString.Invariant($"private void {name}{k}(int first, int end{workspace})")))
            {
                WriteRefs(stage);
                if (stage.Domain == Domain.Samples)
                {
                    WriteSamples(stage.Steps, "first", "end", Caller.Training);
                }
                else
                {
                    WriteItems(stage);
                }
            }
        }
    }

    /// <summary>It uses values of samples that live within it, or others.</summary>
    private static bool Uses(Stage stage, bool transient) => stage.Steps.Exists(step => Uses(step.Step, transient));

    private static bool Uses(Step step, bool transient) => step.Arguments.Any(argument => argument.Storage.Region == Region.Sample && argument.Storage.IsTransient == transient);

    /// <summary>Whether a range of a stage's items holds some of a step's.</summary>
    private static string Mine(Step step, int start) => step.Items > 1
        ? FormattableString.Invariant($"Share(first, end, {start}, {step.Items}, out nint from{start}, out nint to{start})")
        : FormattableString.Invariant($"first <= {start} && {start} < end");

    private void WriteParameters(IEnumerable<Step> steps)
    {
        if (steps.Any(static step => step.Arguments.Any(static argument => argument.Storage.Region == Region.Parameters)))
        {
            _writer.Line($"ref {_element} p = ref Values;");
        }
    }

    private void WriteRefs(Stage stage)
    {
        var regions = stage.Steps.SelectMany(static step => step.Step.Arguments).Select(static argument => argument.Storage.Region).Distinct().ToList();
        WriteParameters(stage.Steps.Select(static step => step.Step));
        if (regions.Contains(Region.Gradients))
        {
            _writer.Line($"ref {_element} g = ref Gradients; // of the parameters");
        }

        if (regions.Contains(Region.Batch))
        {
            _writer.Line($"ref {_element} batch = ref Batch;");
        }

        if (regions.Contains(Region.Shard))
        {
            _writer.Line(stage.Domain == Domain.Samples ? $"ref {_element} h = ref Shard(first); // the gradients of the samples' shard" : $"ref {_element} h = ref Shard(0); // the first shard's gradients");
        }
    }

    /// <summary>Steps that go sample by sample share a loop; those that take a chunk at once stand between such loops.</summary>
    private void WriteSamples(IReadOnlyList<(Step Step, IReadOnlyList<KernelCall> Calls)> steps, string first, string end, Caller caller)
    {
        for (int k = 0; k < steps.Count;)
        {
            if (steps[k].Step.TakesSamples)
            {
                string condition = ConditionOf(steps[k].Step, caller);
                using (_writer.Block(condition.Length > 0 ? $"if ({condition})" : string.Empty))
                {
                    _writer.Line($"ref {_element} s = ref {(caller != Caller.Training ? FormattableString.Invariant($"Unsafe.Add(ref workspace, {_memory.PredictSharedLength})") : $"Sample({first})")};");
                    string count = caller != Caller.Training ? "samples, PredictPitch" : $"{end} - {first}, Pitch";
                    WriteCalls(steps[k], first, caller, [count]);
                }

                k++;
                continue;
            }

            using (_writer.Block($"for (int n = {first}; n < {end}; n++)"))
            {
                if (caller == Caller.Training)
                {
                    if (steps.Skip(k).TakeWhile(static step => !step.Step.TakesSamples).Any(static step => Uses(step.Step, transient: false)))
                    {
                        _writer.Line($"ref {_element} s = ref Sample(n);");
                    }

                    if (steps.Skip(k).TakeWhile(static step => !step.Step.TakesSamples).Any(static step => step.Step.Fetches.Count > 0))
                    {
                        _writer.Line($"ref {_element} next = ref Sample(Math.Min(n + 1, Samples - 1)); // whose values come from memory while this one's are computed");
                    }
                }
                else if (_memory.PredictSampleLength > 0)
                {
                    _writer.Line(FormattableString.Invariant($"ref {_element} s = ref Unsafe.Add(ref workspace, {_memory.PredictSharedLength} + (n * PredictPitch));"));
                }

                while (k < steps.Count && !steps[k].Step.TakesSamples)
                {
                    WriteBorders(steps[k].Step, caller);
                    var turns = steps[k].Step.Turns;
                    string common = turns is null ? string.Empty : ConditionOfAll(steps.Skip(k).Select(static step => step.Step).TakeWhile(step => step.Turns == turns), caller);
                    using var whole = common.Length > 0 ? _writer.Block($"if ({common})") : default(IDisposable);
                    using var loop = turns is null ? default(IDisposable) : _writer.Block(FormattableString.Invariant($"for (nint t = 0; t < {turns.Count}; t++) // {turns.Purpose}"));
                    do
                    {
                        string condition = ConditionOf(steps[k].Step, caller);
                        using var scope = condition.Length > 0 && condition != common ? _writer.Block($"if ({condition})") : default(IDisposable);
                        do
                        {
                            WriteCalls(steps[k], "n", caller, []);
                            k++;
                        }
                        while (k < steps.Count && !steps[k].Step.TakesSamples && steps[k].Step.Turns == turns && ConditionOf(steps[k].Step, caller) == condition && _memory.BordersBefore(steps[k].Step).Count == 0);
                    }
                    while (turns is not null && k < steps.Count && steps[k].Step.Turns == turns);
                }
            }
        }
    }

    /// <summary>Zeros around the images that the step begins to write, where other values have been; whatever its condition, because steps of other conditions may write the same images.</summary>
    private void WriteBorders(Step step, Caller caller)
    {
        foreach (var storage in _memory.BordersBefore(step))
        {
            var frame = (Frame)storage.Geometry!;
            _writer.Line(FormattableString.Invariant($"Layouts.ClearBorder(ref {Place(storage, "s", "n", caller)}, rows: {frame.Rows}, row: {frame.Row}, top: {frame.Top}, bottom: {frame.Bottom}, left: {frame.Left}, right: {frame.Right}); // zeros around {storage.Name}, where other values were"));
        }
    }

    /// <param name="item">The step with its calls.</param>
    /// <param name="sample">The sample's index.</param>
    /// <param name="caller">For which method.</param>
    /// <param name="samples">Arguments for a kernel that takes samples.</param>
    /// <param name="range">Arguments for a kernel that takes items; all of them, or the turn, where it is null.</param>
    private void WriteCalls((Step Step, IReadOnlyList<KernelCall> Calls) item, string sample, Caller caller, IReadOnlyList<string> samples, string? range = null)
    {
        var (step, calls) = item;
        if (step.Call is { } text)
        {
            var places = step.Arguments.Select(argument => Place(argument.Storage, "s", sample, caller)).ToArray();
            _writer.Line(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, places) + ";");
            return;
        }

        foreach (var call in calls)
        {
            WriteScalars(step, call);
            if (step.Remark is { } remark && ReferenceEquals(call, calls[0]))
            {
                _writer.Line($"// {step.Kernel.Split('.')[0]}: {remark}");
            }

            WriteRead(call, sample, caller);
            WriteTitle(call, calls);
            string[] items = !call.TakesItems ? [] : step.Turns is null ? [range ?? FormattableString.Invariant($"0, {step.Items}")] : ["t, t + 1"];
            _writer.Line(Call(call, "s", sample, caller, [.. call.TakesSamples ? samples : [], .. items], step.Turns));
        }
    }

    private void WriteItems(Stage stage)
    {
        int start = 0;
        foreach (var (step, calls) in stage.Steps)
        {
            string condition = Condition(step.When);
            string guard;
            if (stage.Domain == Domain.Once)
            {
                guard = condition;
            }
            else
            {
                guard = condition.Length > 0 ? $"{condition} && {Mine(step, start)}" : Mine(step, start);
            }

            // Locals of one step would collide with the next one's.
            bool declares = step.Scalars.Count > 0 || calls.Any(static call => call.TakesSamples);
            using (guard.Length > 0 ? _writer.Block($"if ({guard})") : declares ? _writer.Block(string.Empty) : default(IDisposable))
            {
                foreach (var call in calls)
                {
                    WriteScalars(step, call);
                    WriteTitle(call, calls);
                    string[] items = call.TakesItems ? [FormattableString.Invariant($"from{start}, to{start}")] : [];
                    bool usesSample = call.Arguments.Any(static argument => argument.Storage.Region == Region.Sample);
                    if (call.TakesSamples && call.Arguments.Any(static argument => argument.Storage.Region == Region.Shard))
                    {
                        _writer.Line(Call(call, "s", "0", Caller.Training, ["Shards, ShardPitch", .. items]));
                    }
                    else if (call.TakesSamples)
                    {
                        _writer.Line($"ref {_element} s = ref Sample(0);");
                        foreach (var rows in step.ReadByAllItems)
                        {
                            _writer.Line(FormattableString.Invariant($"if (IsShared) Caches.PrefetchRows(ref {Place(rows, "s", "0", Caller.Training)}, Samples, Pitch, {rows.Length}); // rows that other threads may have written"));
                        }

                        _writer.Line(Call(call, "s", "0", Caller.Training, ["Samples, Pitch", .. items]));
                    }
                    else if (usesSample)
                    {
                        using (_writer.Block("for (int n = 0; n < Samples; n++)"))
                        {
                            _writer.Line($"ref {_element} s = ref Sample(n);");
                            _writer.Line(Call(call, "s", "n", Caller.Training, items));
                        }
                    }
                    else
                    {
                        _writer.Line(Call(call, "s", "n", Caller.Training, items));
                    }
                }
            }

            start += stage.Domain == Domain.Once ? 0 : step.Items;
        }
    }

    /// <summary>A kernel says itself what it computes; of which part of an image a call says, and a copy's calls have nobody else to say it.</summary>
    private void WriteTitle(KernelCall call, IReadOnlyList<KernelCall> calls)
    {
        if (call.Part.Length > 0)
        {
            _writer.Line("// " + call.Part);
        }

        if (call.Copy is { } copy && ReferenceEquals(call, calls.First(static call => call.Copy is not null)))
        {
            _writer.Line("// " + copy.Title);
        }
    }

    /// <summary>A sample of a batch that its copy would take from memory in pieces is read in order before.</summary>
    private void WriteRead(KernelCall call, string sample, Caller caller)
    {
        if (call.Copy is { ReadsPieces: true, Source: { Region: Region.Input or Region.OutputGradient } source } && caller is Caller.Training or Caller.Predict)
        {
            string several = caller == Caller.Predict ? "if (samples > 1) " : string.Empty;
            string length = source.Region == Region.Input ? "InputLength" : "OutputLength";
            _writer.Line($"{several}Caches.Read(ref {Place(source, "s", sample, caller)}, {length}); // from memory in order, before the copy takes it in pieces");
        }
    }

    private void WriteScalars(Step step, KernelCall call)
    {
        foreach (string scalar in step.Scalars)
        {
            int equals = scalar.IndexOf('=');
            if (equals < 0)
            {
                _writer.Line(scalar + ";");
            }
            else if (call.Scalars.Contains(scalar.Substring(0, equals).Trim()))
            {
                _writer.Line($"{_element} {scalar.Substring(0, equals).Trim()} = ({_element})({scalar.Substring(equals + 1).Trim()});");
            }
        }
    }

    /// <summary>Predict runs all of its steps.</summary>
    private static string ConditionOf(Step step, Caller caller) => caller == Caller.Training ? Condition(step.When) : string.Empty;

    /// <summary>What all of the steps wait for; empty where they differ.</summary>
    private static string ConditionOfAll(IEnumerable<Step> steps, Caller caller)
    {
        var conditions = steps.Select(step => ConditionOf(step, caller)).Distinct().ToList();
        return conditions.Count == 1 ? conditions[0] : string.Empty;
    }

    private static string Condition(When when)
    {
        var conditions = new List<string>();
        if ((when & When.InputGradient) != When.Always)
        {
            conditions.Add("WantsInputGradient");
        }

        if ((when & When.Training) != When.Always)
        {
            conditions.Add("IsTraining");
        }

        if ((when & When.Evaluation) != When.Always)
        {
            conditions.Add("!IsTraining");
        }

        if ((when & When.Alone) != When.Always)
        {
            conditions.Add("!IsShared");
        }

        if ((when & When.Shared) != When.Always)
        {
            conditions.Add("IsShared");
        }

        return string.Join(" && ", conditions);
    }

    private string Call(KernelCall call, string workspace, string sample, Caller caller, IReadOnlyList<string> extra, Turns? turns = null)
    {
        if (call.Copy is { } copy)
        {
            static string List(IEnumerable<int> values) => $"[{string.Join(", ", values.Select(static value => FormattableString.Invariant($"{value}")))}]";
            string from = Place(call.Arguments[0].Storage, workspace, sample, caller, call.Arguments[0].Start);
            string to = Place(call.Arguments[1].Storage, workspace, sample, caller, call.Arguments[1].Start);
            return $"Layouts.{(copy.Adds ? "Add" : "Copy")}(ref {from}, ref {to}, counts: {List(copy.Counts)}, sourceSteps: {List(copy.SourceSteps)}, targetSteps: {List(copy.TargetSteps)});";
        }

        var arguments = call.Arguments.Select(argument => "ref " + Place(argument.Storage, workspace, sample, caller, argument.Start))
            .Concat(call.Fetches.Select(fetch => "ref " + Next(fetch, turns)))
            .Concat(call.Scalars).Concat(extra);
        return $"{call.Kernel!.Name}({string.Join(", ", arguments)});";
    }

    /// <summary>Where a kernel begins to ask for what the next sample's steps will read: each turn has a stretch of its own.</summary>
    private string Next(Fetch fetch, Turns? turns)
    {
        int line = _element == "float" ? 16 : 8;
        string place = Place(fetch.Storage, "next", string.Empty, Caller.Training, fetch.First * line);
        return turns is null ? place : FormattableString.Invariant($"Unsafe.Add(ref {place}, t * {(fetch.Lines + turns.Count - 1) / turns.Count * line})");
    }

    /// <summary>A storage's first element, or one further on.</summary>
    private static string Place(Storage storage, string workspace, string sample, Caller caller, int further = 0)
    {
        bool predict = caller != Caller.Training;
        if (storage.Region is Region.Input or Region.Output or Region.OutputGradient or Region.InputGradient)
        {
            string own = caller is Caller.PredictStage or Caller.PredictTurns ? (storage.Region == Region.Input ? "input" : "output")
                : predict ? $"Unsafe.Add(ref {(storage.Region == Region.Input ? "input" : "output")}, {sample} * {(storage.Region == Region.Input ? "InputLength" : "OutputLength")})"
                : $"{storage.Region}({sample})";
            return further == 0 ? own : FormattableString.Invariant($"Unsafe.Add(ref {own}, {further})");
        }

        string start = storage.Region switch
        {
            Region.Sample when caller == Caller.PredictTurns && storage.IsPerThread => "own",
            Region.Sample => (predict ? storage.IsShared : storage.IsTransient) ? "workspace" : workspace,
            Region.Batch => "batch",
            Region.Shard => "h",
            Region.Parameters => "p",
            _ => "g",
        };
        int offset = predict ? storage.PredictOffset : storage.Offset;
        if (offset < 0)
        {
            throw new InvalidOperationException($"'{storage.Name}' has no place.");
        }

        offset = checked(offset + further);
        return offset == 0 ? start : FormattableString.Invariant($"Unsafe.Add(ref {start}, {offset})");
    }
}
