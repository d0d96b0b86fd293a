using System.Globalization;
using System.Text;

namespace NumCnn.Conformance.RandomNetworks;

/// <summary>The YAML of a random small network: random layers, options, shapes and edges, valid by construction.</summary>
internal sealed class RandomNetwork
{
    private readonly List<string> _lines = [];
    private readonly List<RandomValue> _values = [];
    private readonly RandomLayerOptions _options;
    private readonly Dice _dice;
    private RandomValue _current;

    public RandomNetwork(int seed)
    {
        _dice = new Dice((ulong)seed + 1);
        _options = new RandomLayerOptions(_dice);
        Name = string.Create(CultureInfo.InvariantCulture, $"Random{seed}");
        _current = _dice.Chance(0.8)
            ? new RandomValue("input", _dice.Pick(1, 2, 3, 3, 5, 6, 8, 10, 16, 17), _dice.Between(3, 9), _dice.Pick(3, 4, 5, 6, 7, 8, 9, 13, 17))
            : new RandomValue("input", _dice.Pick(1, 2, 3, 5, 6, 10, 16, 17, 24, 33), null, null);
        _values.Add(_current);
        IsFloat32 = _dice.Chance(0.25);
        Yaml = Write();
    }

    public string Name { get; }

    public string Yaml { get; }

    public bool IsFloat32 { get; }

    /// <summary>Its masks have no reference, so that such a network is compared in evaluation only.</summary>
    public bool HasDropout { get; private set; }

    private string Write()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"name: {Name}\ninput: {_current.Shape}\n");
        text.Append(IsFloat32 ? "" : "dtype: float64\n");
        if (_dice.Chance(0.15))
        {
            text.Append(_dice.Pick("codegen: {keep: all}\n", "codegen: {unroll: none}\n", "codegen: {unroll: full}\n"));
        }

        int blocks = _dice.Between(1, 6);
        for (int b = 0; b < blocks; b++)
        {
            WriteBlock();
        }

        text.Append("layers:\n");
        foreach (string line in _lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - {line}\n");
        }

        string loss = _dice.Pick("mse", "half_squared_error", "smooth_l1", "cross_entropy", "{cross_entropy: {label_smoothing: 0.2, ignore_index: 0}}", "bce_with_logits");
        bool oneClass = _current.C == 1 && loss.Contains("cross", StringComparison.Ordinal);
        bool logits = _lines[^1].StartsWith("conv2d", StringComparison.Ordinal) || _lines[^1].StartsWith("linear", StringComparison.Ordinal);
        if (_dice.Chance(0.4) && !oneClass && (logits || !(loss.Contains("cross", StringComparison.Ordinal) || loss == "bce_with_logits")))
        {
            text.Append(CultureInfo.InvariantCulture, $"loss: {loss}\n");
        }

        return text.ToString();
    }

    private void WriteBlock()
    {
        RandomValue start = _current;
        switch (_dice.Between(0, 9))
        {
            case 0 or 1:
                // a residual around one or two layers that keep the shape
                WriteKeeping(start);
                if (_dice.Chance(0.5))
                {
                    WriteKeeping(start);
                }

                Join(_dice.Pick("add", "add", "mul"), _dice.Chance(0.5) ? [_current, start] : [start, _current]);
                break;
            case 2:
                // two branches of the same pixels, side by side
                WriteKeepingPixels(start);
                RandomValue first = _current;
                WriteKeepingPixels(start, from: start);
                Join("concat", _dice.Chance(0.3) ? [first, _current, start] : [first, _current]);
                break;
            case 3:
                // anything computed before that fits
                RandomValue[] equal = [.. _values.Where(value => value.Shape == start.Shape)];
                RandomValue[] alike = [.. _values.Where(value => (value.H, value.W) == (start.H, start.W) && value.C + start.C <= 40)];
                if (_dice.Chance(0.5) || alike.Length == 0)
                {
                    Join(_dice.Pick("add", "mul"), [start, equal[_dice.Between(0, equal.Length - 1)]]);
                }
                else
                {
                    Join("concat", [alike[_dice.Between(0, alike.Length - 1)], start]);
                }

                break;
            case 4:
                // two branches that shrink alike
                if (start.H is >= 4 && start.W is >= 4)
                {
                    int outputs = _options.Channels();
                    Add("conv2d", string.Create(CultureInfo.InvariantCulture, $"out_channels: {outputs}, kernel_size: 3, stride: 2, padding: 1"), start with { C = outputs, H = (start.H - 1) / 2 + 1, W = (start.W - 1) / 2 + 1 });
                    RandomValue main = _current;
                    Add("conv2d", string.Create(CultureInfo.InvariantCulture, $"out_channels: {outputs}, kernel_size: 1, stride: 2, bias: false"), main, start);
                    Join("add", [main, _current]);
                }
                else
                {
                    WriteAny();
                }

                break;
            default:
                WriteAny();
                break;
        }
    }

    private void WriteAny()
    {
        (string kind, string options, RandomValue result) = _options.Any(_current);
        HasDropout |= kind == "dropout";
        Add(kind, options, result);
    }

    private void WriteKeeping(RandomValue shape)
    {
        (string kind, string options) = _options.KeepingShape(_current, shape.C);
        Add(kind, options, _current with { C = shape.C });
    }

    private void WriteKeepingPixels(RandomValue start, RandomValue? from = null)
    {
        int channels = _options.Channels();
        (string kind, string options) = _options.KeepingShape(start, channels);
        Add(kind, options, start with { C = kind is "conv2d" or "linear" ? channels : start.C }, from);
    }

    private void Join(string kind, RandomValue[] inputs)
    {
        RandomValue result = kind == "concat" ? inputs[0] with { C = inputs.Sum(static input => input.C) } : inputs[0];
        Add(kind, string.Create(CultureInfo.InvariantCulture, $"from: [{string.Join(", ", inputs.Select(static input => input.Name))}]"), result);
    }

    /// <summary>Writes a layer. All are named, so that any later one can read it.</summary>
    private void Add(string kind, string options, RandomValue result, RandomValue? from = null)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"v{_lines.Count}");
        string source = from is null ? "" : $", from: {from.Name}";
        string common = _options.Common(kind);
        _lines.Add($"{kind}: {{name: {name}{source}{(options.Length == 0 ? "" : ", ")}{options}{common}}}");
        _current = result with { Name = name };
        _values.Add(_current);
    }
}

/// <summary>A value of a random network; features have no rows and columns.</summary>
internal sealed record RandomValue(string Name, int C, int? H, int? W)
{
    public string Shape => H is null ? string.Create(CultureInfo.InvariantCulture, $"[{C}]") : string.Create(CultureInfo.InvariantCulture, $"[{C}, {H}, {W}]");

    public int Length => C * (H ?? 1) * (W ?? 1);
}
