using System.Globalization;

namespace NumCnn.Conformance.RandomNetworks;

/// <summary>Random layers with options that suit a given input, and the shape that they give.</summary>
internal sealed class RandomLayerOptions(Dice dice)
{
    private const int LargestValue = 2500;

    private static readonly string[] Activations =
        ["relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "hardswish", "hardsigmoid", "softplus", "prelu", "tanh", "sigmoid"];

    public int Channels() => dice.Pick(1, 2, 3, 3, 5, 6, 8, 10, 16, 17, 20, 24, 32, 33);

    /// <summary>keep, frozen and unroll, now and then.</summary>
    public string Common(string kind)
    {
        bool trains = kind is "conv2d" or "conv_transpose2d" or "linear" or "prelu" or "group_norm" or "layer_norm" or "batch_norm2d" or "batch_norm1d";
        string frozen = trains && dice.Chance(0.08) ? ", frozen: true" : "";
        string keep = dice.Chance(0.06) ? ", keep: true" : "";
        return frozen + keep;
    }

    public (string Kind, string Options, RandomValue Result) Any(RandomValue x)
    {
        // another draw where a shape does not suit a layer, or would grow too large
        while (true)
        {
            (string Kind, string Options, RandomValue Result)? drawn = x.H is null ? Features(x) : Image(x, x.H.Value, x.W!.Value);
            if (drawn is { } layer && layer.Result.Length <= LargestValue)
            {
                return layer;
            }
        }
    }

    /// <summary>A layer that keeps rows and columns; convolutions and dense layers give <paramref name="channels"/>, others keep the channels, too.</summary>
    public (string Kind, string Options) KeepingShape(RandomValue x, int channels)
    {
        if (x.C == channels && dice.Chance(0.3))
        {
            string activation = dice.Pick<string>(Activations);
            return (activation, ActivationOptions(activation, x));
        }

        if (x.H is null)
        {
            return ("linear", Text($"out_features: {channels}"));
        }

        return dice.Between(0, 2) switch
        {
            0 => ("conv2d", Text($"out_channels: {channels}, kernel_size: 1")),
            1 => ("conv2d", Text($"out_channels: {channels}, kernel_size: 3, padding: 1, bias: {(dice.Chance(0.5) ? "true" : "false")}")),
            _ => ("conv2d", Text($"out_channels: {channels}, kernel_size: [{dice.Between(1, 4)}, {dice.Between(1, 4)}], padding: same")),
        };
    }

    private (string Kind, string Options, RandomValue Result)? Features(RandomValue x)
    {
        switch (dice.Between(0, 9))
        {
            case <= 3:
                int outputs = Channels();
                return ("linear", Text($"out_features: {outputs}{(dice.Chance(0.3) ? ", bias: false" : "")}"), x with { C = outputs });
            case 4:
                return ("batch_norm1d", NormOptions(), x);
            case 5 when x.C >= 4:
                return ("layer_norm", NormOptions(), x);
            case 6:
                return (dice.Pick("softmax", "log_softmax"), "", x);
            case 7 when x.C % 6 == 0:
                return ("reshape", Text($"shape: [{x.C / 6}, 2, {dice.Pick(-1, 3)}]"), new RandomValue("", x.C / 6, 2, 3));
            case 8:
                return dice.Chance(0.5) ? ("identity", "", x) : ("dropout", "p: 0.4", x);
            default:
                string activation = dice.Pick<string>(Activations);
                return (activation, ActivationOptions(activation, x), x);
        }
    }

    private (string Kind, string Options, RandomValue Result)? Image(RandomValue x, int h, int w)
    {
        switch (dice.Between(0, 20))
        {
            case <= 4:
                return Conv2d(x, h, w);
            case 5 or 6:
                return ConvTranspose2d(x, h, w);
            case 7 or 8:
                return Pool(x, h, w);
            case 9:
                int rows = dice.Between(1, Math.Min(h + 1, 5)), columns = dice.Between(1, Math.Min(w + 1, 5));
                return ("adaptive_avg_pool2d", Text($"output_size: [{rows}, {columns}]"), x with { H = rows, W = columns });
            case 10:
                return (dice.Pick("global_avg_pool2d", "global_max_pool2d"), "", x with { H = 1, W = 1 });
            case 11:
                return ("batch_norm2d", NormOptions(), x);
            case 12 when x.Length >= 4:
                return ("layer_norm", NormOptions(), x);
            case 13:
                int groups = dice.Pick(1, 2, 3, 5);
                return x.C % groups == 0 && x.Length / groups >= 4
                    ? ("group_norm", Text($"num_groups: {groups}, {NormOptions()}"), x)
                    : h * w >= 4 ? ("instance_norm2d", Text($"affine: {(dice.Chance(0.5) ? "true" : "false")}"), x) : null;
            case 14:
                return (dice.Pick("softmax", "log_softmax"), "", x);
            case 15:
                return dice.Chance(0.6) ? ("flatten", "", new RandomValue("", x.Length, null, null)) : ("reshape", Text($"shape: [{x.C}, {w}, {h}]"), x with { H = w, W = h });
            case 16:
                return dice.Chance(0.5) ? ("identity", "", x) : ("dropout", "p: 0.3", x);
            case 17:
                return Upsample(x, h, w);
            case 18:
                return Pad2d(x, h, w);
            default:
                string activation = dice.Pick<string>(Activations);
                return (activation, ActivationOptions(activation, x), x);
        }
    }

    private (string Kind, string Options, RandomValue Result)? Conv2d(RandomValue x, int h, int w)
    {
        int groups = dice.Chance(0.6) ? 1 : dice.Pick(2, 3, 5, x.C);
        if (x.C % groups != 0)
        {
            return null;
        }

        int perGroup = groups == 1 ? Channels() : dice.Pick(1, 1, 2, 3, 5, 8);
        int kh = dice.Between(1, 4), kw = dice.Between(1, 4), sh = dice.Pick(1, 1, 2, 3), sw = dice.Chance(0.7) ? sh : dice.Between(1, 3);
        int dh = dice.Pick(1, 1, 1, 2, 3), dw = dice.Chance(0.7) ? dh : dice.Between(1, 3);
        string unroll = dice.Chance(0.1) ? dice.Pick(", unroll: none", ", unroll: full") : "";
        string options = Text($"out_channels: {groups * perGroup}, kernel_size: [{kh}, {kw}], stride: [{sh}, {sw}], dilation: [{dh}, {dw}], groups: {groups}, bias: {(dice.Chance(0.7) ? "true" : "false")}{unroll}");
        string mode = dice.Chance(0.7) ? "zeros" : dice.Pick("replicate", "reflect", "circular");
        if (dice.Chance(0.2) && mode is "zeros" or "replicate")
        {
            return ("conv2d", Text($"{options}, padding: same, padding_mode: {mode}"), x with { C = groups * perGroup, H = (h + sh - 1) / sh, W = (w + sw - 1) / sw });
        }

        // mirrored and wrapped borders cannot be wider than the image
        int[] p = [.. Enumerable.Range(0, 4).Select(side => Math.Min(dice.Pick(0, 0, 1, 1, 2, 3), (side % 2 == 0 ? h : w) - 1))];
        int rows = (h + p[0] + p[2] - dh * (kh - 1) - 1) / sh + 1, columns = (w + p[1] + p[3] - dw * (kw - 1) - 1) / sw + 1;
        return h + p[0] + p[2] <= dh * (kh - 1) || w + p[1] + p[3] <= dw * (kw - 1) ? null
            : ("conv2d", Text($"{options}, padding: [{string.Join(", ", p)}], padding_mode: {mode}"), x with { C = groups * perGroup, H = rows, W = columns });
    }

    private (string Kind, string Options, RandomValue Result)? ConvTranspose2d(RandomValue x, int h, int w)
    {
        int groups = dice.Chance(0.6) ? 1 : dice.Pick(2, 3, x.C);
        if (x.C % groups != 0)
        {
            return null;
        }

        int perGroup = groups == 1 ? Channels() : dice.Pick(1, 2, 3, 5);
        int kh = dice.Between(1, 3), kw = dice.Between(1, 3), sh = dice.Between(1, 3), sw = dice.Between(1, 3), d = dice.Pick(1, 1, 2);
        int eh = dice.Between(0, Math.Max(sh, d) - 1), ew = dice.Between(0, Math.Max(sw, d) - 1), ph = dice.Between(0, 1), pw = dice.Between(0, 1);
        int rows = (h - 1) * sh - 2 * ph + d * (kh - 1) + eh + 1, columns = (w - 1) * sw - 2 * pw + d * (kw - 1) + ew + 1;
        return rows < 1 || columns < 1 ? null : ("conv_transpose2d",
            Text($"out_channels: {groups * perGroup}, kernel_size: [{kh}, {kw}], stride: [{sh}, {sw}], padding: [{ph}, {pw}], output_padding: [{eh}, {ew}], dilation: {d}, groups: {groups}, bias: {(dice.Chance(0.7) ? "true" : "false")}"),
            x with { C = groups * perGroup, H = rows, W = columns });
    }

    private (string Kind, string Options, RandomValue Result)? Pool(RandomValue x, int h, int w)
    {
        bool max = dice.Chance(0.5), ceil = dice.Chance(0.3);
        int kh = dice.Between(1, 3), kw = dice.Between(1, 3), sh = dice.Between(1, 3), sw = dice.Between(1, 3), d = max ? dice.Pick(1, 1, 2) : 1;
        int ph = dice.Between(0, kh / 2), pw = dice.Between(0, kw / 2);
        if (h + 2 * ph <= d * (kh - 1) || w + 2 * pw <= d * (kw - 1))
        {
            return null;
        }

        int rows = Count(h, ph, kh, sh, d, ceil), columns = Count(w, pw, kw, sw, d, ceil);
        string options = Text($"kernel_size: [{kh}, {kw}], stride: [{sh}, {sw}], padding: [{ph}, {pw}], ceil_mode: {(ceil ? "true" : "false")}");
        options += max ? Text($", dilation: {d}") : $", count_include_pad: {(dice.Chance(0.5) ? "true" : "false")}";

        // with dilation and ceil_mode a window can lie outside the image: PyTorch gives -∞ there
        return max && d > 1 && ceil ? null : (max ? "max_pool2d" : "avg_pool2d", options, x with { H = rows, W = columns });
    }

    private static int Count(int size, int padding, int kernel, int stride, int dilation, bool ceil)
    {
        int span = size + 2 * padding - dilation * (kernel - 1) - 1;
        int count = (ceil ? (span + stride - 1) / stride : span / stride) + 1;
        return ceil && (count - 1) * stride >= size + padding ? count - 1 : count;
    }

    private (string Kind, string Options, RandomValue Result)? Upsample(RandomValue x, int h, int w)
    {
        if (x.C % 4 == 0 && dice.Chance(0.9))
        {
            return ("pixel_shuffle", "upscale_factor: 2", x with { C = x.C / 4, H = h * 2, W = w * 2 });
        }

        int factor = dice.Between(2, 3);
        string mode = dice.Pick("nearest", "bilinear", "bilinear, align_corners: true");
        return ("upsample", Text($"scale_factor: {factor}, mode: {mode}"), x with { H = h * factor, W = w * factor });
    }

    private (string Kind, string Options, RandomValue Result)? Pad2d(RandomValue x, int h, int w)
    {
        int[] p = [.. Enumerable.Range(0, 4).Select(side => Math.Min(dice.Between(0, 3), (side % 2 == 0 ? h : w) - 1))];
        string mode = dice.Pick("constant, value: -0.75", "constant", "replicate", "reflect", "circular");
        return ("pad2d", Text($"padding: [{string.Join(", ", p)}], mode: {mode}"), x with { H = h + p[0] + p[2], W = w + p[1] + p[3] });
    }

    private string NormOptions() => Text($"eps: {dice.Pick("0.001", "0.1")}, affine: {(dice.Chance(0.7) ? "true" : "false")}");

    private string ActivationOptions(string kind, RandomValue x) => kind switch
    {
        "leaky_relu" => dice.Pick("negative_slope: 0.2", ""),
        "elu" => dice.Pick("alpha: 0.7", ""),
        "gelu" => dice.Pick("approximate: tanh", ""),
        "softplus" => dice.Pick("beta: 2, threshold: 5", ""),
        "prelu" => dice.Chance(0.5) ? Text($"num_parameters: {x.C}") : "",
        _ => "",
    };

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
