using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Emit;

/// <summary>Steps between two meetings of the threads.</summary>
internal sealed class Stage
{
    public Stage(Domain domain) => Domain = domain;

    public Domain Domain { get; }

    public List<(Step Step, IReadOnlyList<KernelCall> Calls)> Steps { get; } = [];

    /// <summary>The turns that the steps take, where these are the stage's items.</summary>
    public Turns? Turns { get; init; }

    /// <summary>0 for a stage over samples, otherwise its items.</summary>
    public int Items => Domain switch
    {
        Domain.Samples => 0,
        Domain.Once => 1,
        _ => Turns?.Count ?? Steps.Sum(static step => step.Step.Items),
    };

    /// <summary>Neighbouring steps of one domain need no meeting in between.</summary>
    public static List<Stage> From(IEnumerable<(Step Step, IReadOnlyList<KernelCall> Calls)> steps)
    {
        var stages = new List<Stage>();
        foreach (var step in steps)
        {
            if (stages.Count == 0 || stages[stages.Count - 1] is var last && (last.Domain != step.Step.Domain || (step.Step.FollowsPreparations && !last.Steps[0].Step.FollowsPreparations)))
            {
                stages.Add(new Stage(step.Step.Domain));
            }

            stages[stages.Count - 1].Steps.Add(step);
        }

        return stages;
    }

    /// <summary>The stages of one sample that threads share: steps that were divided, steps that take turns, and what one thread does between them.</summary>
    public static List<Stage> OfSample(IEnumerable<(Step Step, IReadOnlyList<KernelCall> Calls)> steps)
    {
        var stages = new List<Stage>();
        foreach (var step in steps.Where(static step => step.Step.Domain == Domain.Samples))
        {
            object? Divides(Step step) => step.Turns ?? (object?)step.Whole;
            if (stages.Count == 0 || Divides(stages[stages.Count - 1].Steps[0].Step) != Divides(step.Step))
            {
                stages.Add(new Stage(Divides(step.Step) is null ? Domain.Once : Domain.Items) { Turns = step.Step.Turns });
            }

            stages[stages.Count - 1].Steps.Add(step);
        }

        return stages.Exists(static stage => stage.Items > 1) ? stages : [];
    }
}

/// <summary>Writes the methods that call the kernels.</summary>
internal sealed class StageWriter
{
    /// <summary>Kernels from which on Load has them compiled from their end, by a thread that begins before there is a layout.</summary>
    private const int ManyKernels = 12;

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
    private int _sharedLength;
    private int _pitch;

    public StageWriter(CodeWriter writer, string element)
    {
        _writer = writer;
        _element = element;
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

    /// <summary>The methods of Predict.</summary>
    public void WritePredict(IReadOnlyList<(Step Step, IReadOnlyList<KernelCall> Calls)> steps, int shared, int pitch)
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
            _sharedLength = shared;
            if (pitch > 0)
            {
                _writer.Line(FormattableString.Invariant($"const int PredictPitch = {pitch}; // between the samples' own values, behind the {shared} elements that they share"));
            }

            _pitch = pitch;
            if (steps.Any(static step => step.Step.Arguments.Any(static argument => argument.Storage.Region == Region.Parameters)))
            {
                _writer.Line($"ref {_element} p = ref Values;");
            }

            WriteSamples([.. steps.Where(static step => step.Step.Domain == Domain.Samples)], "0", "samples", Caller.Predict);
        }
    }

    /// <summary>Predict of one sample whose steps threads share.</summary>
    public void WritePredictStages(IReadOnlyList<Stage> stages)
    {
        _writer.Line("/// <inheritdoc/>");
        using (_writer.Block($"protected override void PredictStage(int stage, int first, int end, ref {_element} input, ref {_element} output, ref {_element} workspace, ref {_element} own, ref {_element} batch)"))
        {
            if (stages.SelectMany(static stage => stage.Steps).Any(static step => step.Step.Arguments.Any(static argument => argument.Storage.Region == Region.Parameters)))
            {
                _writer.Line($"ref {_element} p = ref Values;");
            }

            if (_pitch > 0)
            {
                _writer.Line(FormattableString.Invariant($"ref {_element} s = ref Unsafe.Add(ref workspace, {_sharedLength});"));
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
                        bool declares = stages[k].Turns is null && ((stages[k].Domain == Domain.Items && stages[k].Steps.Count > 1) || stages[k].Steps.Exists(static step => step.Step.Scalars.Count > 0));
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
        if (stage.Turns is not null)
        {
            using var loop = _writer.Block("for (nint t = first; t < end; t++)");
            foreach (var step in stage.Steps)
            {
                WriteCalls(step, "0", Caller.PredictTurns, []);
            }

            return;
        }

        int start = 0;
        foreach (var (step, calls) in stage.Steps)
        {
            // A stage of one step has its items for its own.
            string guard = stage.Domain == Domain.Once || stage.Steps.Count == 1 ? string.Empty : Mine(step, start);
            using var scope = guard.Length > 0 ? _writer.Block($"if ({guard})") : default(IDisposable);
            WriteCalls((step, calls), "0", Caller.PredictStage, [FormattableString.Invariant($"1, {_pitch}")], guard.Length > 0 ? FormattableString.Invariant($"from{start}, to{start}") : "first, end");
            start += step.Items;
        }
    }

    /// <summary>Whether a range of a stage's items holds some of a step's.</summary>
    private static string Mine(Step step, int start) => step.Items > 1
        ? FormattableString.Invariant($"Share(first, end, {start}, {step.Items}, out nint from{start}, out nint to{start})")
        : FormattableString.Invariant($"first <= {start} && {start} < end");

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

    /// <summary>It uses values of samples that live within it, or others.</summary>
    private static bool Uses(Stage stage, bool transient) => stage.Steps.Exists(step => Uses(step.Step, transient));

    private static bool Uses(Step step, bool transient) => step.Arguments.Any(argument => argument.Storage.Region == Region.Sample && argument.Storage.IsTransient == transient);

    private void WriteRefs(Stage stage)
    {
        var regions = stage.Steps.SelectMany(static step => step.Step.Arguments).Select(static argument => argument.Storage.Region).Distinct().ToList();
        if (regions.Contains(Region.Parameters))
        {
            _writer.Line($"ref {_element} p = ref Values;");
        }

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
                    _writer.Line($"ref {_element} s = ref {(caller != Caller.Training ? FormattableString.Invariant($"Unsafe.Add(ref workspace, {_sharedLength})") : $"Sample({first})")};");
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
                }
                else if (_pitch > 0)
                {
                    _writer.Line(FormattableString.Invariant($"ref {_element} s = ref Unsafe.Add(ref workspace, {_sharedLength} + (n * PredictPitch));"));
                }

                while (k < steps.Count && !steps[k].Step.TakesSamples)
                {
                    var turns = steps[k].Step.Turns;
                    using var loop = turns is null ? default(IDisposable) : _writer.Block(FormattableString.Invariant($"for (nint t = 0; t < {turns.Count}; t++)"));
                    do
                    {
                        string condition = ConditionOf(steps[k].Step, caller);
                        using var scope = condition.Length > 0 ? _writer.Block($"if ({condition})") : default(IDisposable);
                        do
                        {
                            WriteCalls(steps[k], "n", caller, []);
                            k++;
                        }
                        while (k < steps.Count && !steps[k].Step.TakesSamples && steps[k].Step.Turns == turns && ConditionOf(steps[k].Step, caller) == condition);
                    }
                    while (turns is not null && k < steps.Count && steps[k].Step.Turns == turns);
                }
            }
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

            WriteTitle(call, calls);
            string[] items = !call.TakesItems ? [] : step.Turns is null ? [range ?? FormattableString.Invariant($"0, {step.Items}")] : ["t, t + 1"];
            _writer.Line(Call(call, "s", sample, caller, [.. call.TakesSamples ? samples : [], .. items]));
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
                    bool usesSample = call.Arguments.Any(static storage => storage.Region == Region.Sample);
                    if (call.TakesSamples && call.Arguments.Any(static storage => storage.Region == Region.Shard))
                    {
                        _writer.Line(Call(call, "s", "0", Caller.Training, ["Shards, ShardPitch", .. items]));
                    }
                    else if (call.TakesSamples)
                    {
                        _writer.Line($"ref {_element} s = ref Sample(0);");
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

    /// <summary>A kernel says itself what it computes; a copy's calls have nobody else to say it.</summary>
    private void WriteTitle(KernelCall call, IReadOnlyList<KernelCall> calls)
    {
        if (call.Copy is { } copy && ReferenceEquals(call, calls.First(static call => call.Copy is not null)))
        {
            _writer.Line("// " + copy.Title);
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

    private static string Call(KernelCall call, string workspace, string sample, Caller caller, IReadOnlyList<string> extra)
    {
        if (call.Copy is { } copy)
        {
            static string List(IEnumerable<int> values) => $"[{string.Join(", ", values.Select(static value => FormattableString.Invariant($"{value}")))}]";
            string from = Place(copy.Source, workspace, sample, caller, copy.SourceStart);
            string to = Place(copy.Target, workspace, sample, caller, copy.TargetStart);
            return $"Layouts.{(copy.Adds ? "Add" : "Copy")}(ref {from}, ref {to}, counts: {List(copy.Counts)}, sourceSteps: {List(copy.SourceSteps)}, targetSteps: {List(copy.TargetSteps)});";
        }

        var arguments = call.Arguments.Select(storage => "ref " + Place(storage, workspace, sample, caller)).Concat(call.Scalars).Concat(extra);
        return $"{call.Kernel!.Name}({string.Join(", ", arguments)});";
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
