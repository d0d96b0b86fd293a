using System.Globalization;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Emit;

/// <summary>Writes a network's class: what users see, the tables behind it, and the calls of its kernels.</summary>
internal sealed class ClassWriter
{
    private readonly NetworkProgram _program;
    private readonly NetworkGraph _graph;
    private readonly NetworkSpec _spec;
    private readonly VectorText _text;
    private readonly string _element;
    private readonly CodeWriter _writer = new(1);

    public ClassWriter(NetworkProgram program)
    {
        _program = program;
        _graph = program.Graph;
        _spec = program.Graph.Spec;
        _text = new VectorText(Target.For(VectorKind.None, _spec.DType));
        _element = _text.Element;
    }

    private long ParameterCount => _graph.Layers.Sum(static layer => layer.ParameterCount);

    private long MultiplyAdds => _graph.Layers.Sum(static layer => layer.MultiplyAdds);

    /// <summary>The class's documentation and declaration.</summary>
    public string Declaration()
    {
        var writer = new CodeWriter();
        writer.Line($"/// <summary>{_spec.Name}: {_graph.Input.Shape} → {_graph.Output.Shape}. {Count(ParameterCount)} parameters, {Count(MultiplyAdds)} multiply-adds a sample.</summary>");
        writer.Line("/// <remarks><code>");
        foreach (string row in LayerTable.Rows(_graph.Layers))
        {
            writer.Line("/// " + Escaped(row));
        }

        writer.Line("/// </code></remarks>");
        writer.Line($"{(_spec.Public ? "public" : "internal")} sealed partial class {_spec.Name} : {BaseClass()}");
        return writer.ToString();
    }

    /// <summary>The class's members, but for the kernels.</summary>
    public string Members(IReadOnlyList<Stage> forward, IReadOnlyList<Stage> backward, IReadOnlyList<(Step Step, IReadOnlyList<KernelCall> Calls)> predict)
    {
        Constants();
        Information();
        var kernels = StageWriter.PredictKernels(predict);
        var sample = _program.SharesSamples ? Stage.OfSample(predict) : [];
        Layout(forward, backward, sample, kernels.Count > 0);
        Constructors(kernels.Count > 0);
        Parts();
        var stages = new StageWriter(_writer, _element, _program.Memory);
        _writer.Line();
        stages.WritePredict(predict);
        if (sample.Count > 0)
        {
            _writer.Line();
            stages.WritePredictStages(sample);
        }

        if (kernels.Count > 0)
        {
            _writer.Line();
            stages.WritePredictKernels(kernels);
        }

        if (_spec.Backward)
        {
            _writer.Line();
            stages.WriteDirection("Forward", forward);
            _writer.Line();
            stages.WriteDirection("Backward", backward);
        }

        return _writer.ToString();
    }

    public static string Escaped(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string List(IEnumerable<int> values) => $"[{string.Join(", ", values)}]";

    private static string Quoted(string? text) => text is null ? "null" : "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";

    private string BaseClass() => !_spec.Backward ? $"CompiledInference<{_element}>"
        : _spec.Loss is null ? $"CompiledNetwork<{_element}>"
        : $"CompiledNetwork<{_element}, {TargetType()}>";

    private string TargetType() => _spec.Loss!.Kind is LossTables.CrossEntropy or LossTables.Nll ? "int" : _element;

    private void Constants()
    {
        _writer.Line($"/// <summary>Elements of a sample's input, {_graph.Input.Shape}.</summary>");
        _writer.Line($"public const int InputLength = {_graph.Input.Shape.Length};");
        _writer.Line();
        _writer.Line($"/// <summary>Elements of a sample's output, {_graph.Output.Shape}.</summary>");
        _writer.Line($"public const int OutputLength = {_graph.Output.Shape.Length};");
        _writer.Line();
        _writer.Line("/// <summary>Scalar parameters.</summary>");
        _writer.Line(FormattableString.Invariant($"public const int ParameterCount = {ParameterCount};"));
        _writer.Line();
    }

    private void Information()
    {
        _writer.Line("/// <summary>The shape of a sample's input.</summary>");
        _writer.Line($"public static ReadOnlySpan<int> InputShape => {List(_graph.Input.Shape.ToArray())};");
        _writer.Line();
        _writer.Line("/// <summary>The shape of a sample's output.</summary>");
        _writer.Line($"public static ReadOnlySpan<int> OutputShape => {List(_graph.Output.Shape.ToArray())};");
        _writer.Line();
        _writer.Line("/// <summary>Layers, shapes, parameters and multiply-adds.</summary>");
        _writer.Line("public static NetworkInfo Info => s_info ??= new(");
        string dtype = _spec.DType == DType.Float32 ? "float32" : "float64";
        _writer.Line($"    {Quoted(_spec.Name)}, \"{dtype}\", {List(_graph.Input.Shape.ToArray())}, {List(_graph.Output.Shape.ToArray())},");
        _writer.Line("    [");
        foreach (var layer in _graph.Layers)
        {
            _writer.Line(FormattableString.Invariant(
                $"        new({Quoted(layer.Name)}, {Quoted(layer.Kind)}, {Quoted(layer.Description)}, {List(layer.Input.ToArray())}, {List(layer.Output.ToArray())}, {layer.ParameterCount}, {layer.MultiplyAdds}, {Quoted(layer.FusedInto)},"));
            string options = string.Join(", ", layer.Spec.Options.Entries.Select(static option => $"new({Quoted(option.Name)}, {Quoted(option.Value.ToString())})"));
            _writer.Line($"            [{string.Join(", ", layer.Inputs.Select(static input => Quoted(input)))}], [{options}]),");
        }

        _writer.Line("    ],");
        _writer.Line(FormattableString.Invariant($"    {ParameterCount}, {MultiplyAdds});"));
        _writer.Line();
    }

    private void Layout(IReadOnlyList<Stage> forward, IReadOnlyList<Stage> backward, IReadOnlyList<Stage> sample, bool hasManyKernels)
    {
        var memory = _program.Memory;
        _writer.Line("private static NetworkInfo? s_info; // made when somebody asks for it: a network runs without");
        _writer.Line();
        _writer.Line("private static readonly NetworkLayout s_layout = new(");
        _writer.Line(FormattableString.Invariant($"    InputLength, OutputLength, MultiplyAdds: {MultiplyAdds},"));
        Parameters();
        _writer.Line(FormattableString.Invariant($"    TrainableLength: {_program.TrainableLength},"));
        _writer.Line(FormattableString.Invariant($"    StorageLength: {_program.StorageLength},"));
        _writer.Line(FormattableString.Invariant($"    PredictSharedLength: {memory.PredictSharedLength},"));
        _writer.Line(FormattableString.Invariant($"    PredictSampleLength: {memory.PredictSampleLength},"));
        if (sample.Count > 0)
        {
            _writer.Line($"    PredictStages: {List(sample.Select(static stage => stage.Items))},");
            if (memory.PredictThreadLength > 0)
            {
                _writer.Line(FormattableString.Invariant($"    PredictThreadLength: {memory.PredictThreadLength},"));
            }
        }

        if (_program.Predict.Any(static step => step.Domain == Domain.Items))
        {
            _writer.Line("    KeepsPreparation: true,");
        }

        if (hasManyKernels)
        {
            _writer.Line("    HasManyKernels: true,");
        }

        _writer.Line(FormattableString.Invariant($"    PredictBatchLength: {memory.PredictBatchLength}{(_spec.Backward ? "," : ");")}"));
        if (_spec.Backward)
        {
            _writer.Line(FormattableString.Invariant($"    SampleLength: {memory.SampleLength},"));
            _writer.Line(FormattableString.Invariant($"    WorkspaceLength: {memory.WorkspaceLength},"));
            _writer.Line(FormattableString.Invariant($"    BatchLength: {memory.BatchLength},"));
            _writer.Line(FormattableString.Invariant($"    ShardLength: {memory.ShardLength},"));
            _writer.Line($"    ForwardStages: {List(forward.Select(static stage => stage.Items))},");
            _writer.Line($"    BackwardStages: {List(backward.Select(static stage => stage.Items))},");
            _writer.Line($"    WritesParameters: {(_program.Forward.Any(WritesParameters) ? "true" : "false")});");
        }

        _writer.Line();
    }

    /// <summary>Sizes and strides of a dimension's digits, without those that have one value, unless it is the only one.</summary>
    private static string Digits((int Size, int Stride)[] factors)
        => List(factors.Where(factor => factor.Size > 1 || factors.Length == 1).SelectMany(static factor => new[] { factor.Size, factor.Stride }));

    private static bool WritesParameters(Step step) => step.Nests.Any(static nest => nest.Stores.Exists(static store => store.Target.Storage.Region == Region.Parameters));

    /// <summary>The table that the runtime reads, in columns.</summary>
    private void Parameters()
    {
        if (_graph.Parameters.Count == 0)
        {
            _writer.Line("    Parameters: [],");
            return;
        }

        var cells = _graph.Parameters.Select(parameter => new[]
        {
            parameter.Name,
            List(parameter.Shape),
            parameter.Storage.Offset.ToString(CultureInfo.InvariantCulture),
            string.Join(" ", parameter.Layout.Select(Digits)),
            parameter.Trainable ? "trained" : "untrained",
            Initial(parameter.Init),
        }).ToList();
        int[] widths = [.. cells[0].Select((_, column) => cells.Max(row => row[column].Length))];
        _writer.Line("    Parameters: ParameterTable.Read( // name, shape, offset, for each dimension the sizes and strides of its digits, whether it is trained, first values");
        _writer.Line("        \"\"\"");
        foreach (string[] row in cells)
        {
            _writer.Line("        " + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }

        _writer.Line("        \"\"\"),");
    }

    private static string Initial(ParameterInit init) => init switch
    {
        ParameterInit.Uniform uniform => "uniform " + Plain(uniform.Bound),
        ParameterInit.Normal normal => "normal " + Plain(normal.StandardDeviation),
        ParameterInit.Constant constant => "constant " + Plain(constant.Value),
        _ => "literal " + string.Join(" ", ((ParameterInit.Literal)init).Values.Select(Plain)),
    };

    private static string Plain(double value) => Real(value).TrimEnd('d');

    private static string Real(double value) => new VectorText(Target.For(VectorKind.None, DType.Float64)).Number(value);

    private void Constructors(bool hasManyKernels)
    {
        string seed = _spec.Seed.ToString(CultureInfo.InvariantCulture) + "UL";
        _writer.Line("/// <summary>A network whose parameters are initialised as the YAML says.</summary>");
        using (_writer.Block($"public {_spec.Name}()\n        : this({seed})"))
        {
        }

        _writer.Line();
        _writer.Line("/// <summary>A network whose parameters are initialised from another seed.</summary>");
        _writer.Line("/// <param name=\"seed\">Selects the random values.</param>");
        using (_writer.Block($"public {_spec.Name}(ulong seed)\n        : base(s_layout, seed)"))
        {
        }

        _writer.Line();
        using (_writer.Block($"private {_spec.Name}(string path)\n        : base(s_layout, {seed}, path)"))
        {
        }

        _writer.Line();
        _writer.Line("/// <summary>A network with the parameters of a file, .safetensors or .npz.</summary>");
        _writer.Line("/// <param name=\"path\">The file; it holds a tensor for each parameter, with a PyTorch state_dict's names and shapes.</param>");
        _writer.Line("/// <returns>The network.</returns>");
        _writer.Line("/// <exception cref=\"WeightFileException\">The file is damaged, or does not suit the network.</exception>");
        if (hasManyKernels)
        {
            using (_writer.Block($"public static {_spec.Name} Load(string path)"))
            {
                _writer.Line("ArgumentNullException.ThrowIfNull(path);");
                _writer.Line($"CompileAhead<{_spec.Name}>(PredictKernels); // by another thread, while this one reads the file");
                _writer.Line("return new(path);");
            }
        }
        else
        {
            _writer.Line($"public static {_spec.Name} Load(string path) => new(path ?? throw new ArgumentNullException(nameof(path)));");
        }

        _writer.Line();
        _writer.Line("/// <inheritdoc/>");
        _writer.Line("protected override NetworkInfo Describe() => Info;");
        if (_spec is { Backward: true, Loss: { } loss })
        {
            _writer.Line();
            _writer.Line("/// <inheritdoc/>");
            _writer.Line($"protected override Loss<{_element}, {TargetType()}> CreateLoss() => {Loss(loss)};");
        }
    }

    private void Parts()
    {
        foreach (var (type, member, layer) in PartList())
        {
            string parameters = type.StartsWith("KeptLayer", StringComparison.Ordinal) ? string.Empty : ", Parameters";
            string field = "_" + char.ToLowerInvariant(member[0]) + member.Substring(1);
            _writer.Line();
            _writer.Line($"private {type}? {field};");
            _writer.Line();
            _writer.Line($"/// <summary>{Escaped(layer.Description)}: {layer.Input} → {layer.Output}.</summary>");
            string hides = ReservedMembers.IsHidden(member, _spec.Backward) ? "new " : string.Empty;
            _writer.Line($"public {hides}{type} {member} => {field} ??= new({Quoted(layer.Name)}{parameters}, {Kept(layer, gradient: false)}, {Kept(layer, gradient: true)});");
        }
    }

    private IEnumerable<(string Type, string Member, LayerSummary Layer)> PartList()
    {
        foreach (var layer in _graph.Layers)
        {
            string? type = layer.Parameters.Any(static parameter => parameter.IsBuffer) ? "BatchNormLayer"
                : layer.Parameters.Count > 0 ? PartType(layer.Kind)
                : layer.Kept is not null && _spec.Backward ? "KeptLayer"
                : null;
            if (type is not null)
            {
                yield return ($"{type}<{_element}>", MemberNames.Of(layer.Name), layer);
            }
        }
    }

    private static string PartType(string kind)
        => kind == "linear" ? "LinearLayer"
        : kind == "prelu" ? "PreluLayer"
        : kind.Contains("norm") ? "NormLayer"
        : "ConvLayer";

    private string Kept(LayerSummary layer, bool gradient)
    {
        if (layer.Kept is not { } value || !_spec.Backward)
        {
            return "null";
        }

        var view = gradient ? value.Gradient : value.View;
        return view.Storage.Offset < 0
            ? "null"
            : FormattableString.Invariant(
                $"new KeptValue<{_element}>(this, {List(value.Shape.ToArray())}, {view.Storage.Offset + view.Origin}, {view.ChannelStride}, {view.RowStride}, {view.ColumnStride})");
    }

    private string Loss(LossSpec loss)
    {
        var shape = _graph.Output.Shape;
        string classes = FormattableString.Invariant($"{shape.Channels}, {shape.Pixels}");
        return loss.Kind switch
        {
            LossTables.CrossEntropy => $"new CrossEntropyLoss<{_element}>({classes}, {Real(loss.Options.Number("label_smoothing"))}, {loss.Options.Int("ignore_index").ToString(CultureInfo.InvariantCulture)})",
            LossTables.Nll => $"new NllLoss<{_element}>({classes}, {loss.Options.Int("ignore_index").ToString(CultureInfo.InvariantCulture)})",
            LossTables.Mse => $"new MseLoss<{_element}>()",
            LossTables.HalfSquaredError => $"new HalfSquaredErrorLoss<{_element}>({shape.Length.ToString(CultureInfo.InvariantCulture)})",
            LossTables.L1 => $"new L1Loss<{_element}>()",
            LossTables.SmoothL1 => $"new SmoothL1Loss<{_element}>({Real(loss.Options.Number("beta"))})",
            LossTables.BceWithLogits => $"new BceWithLogitsLoss<{_element}>()",
            LossTables.Bce => $"new BceLoss<{_element}>()",
            _ => throw new InvalidOperationException($"Loss '{loss.Kind}' is unknown."),
        };
    }
}
