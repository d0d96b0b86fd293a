namespace NumCnn.Gen.Spec;

/// <summary>Something that the file names by one word and that takes options: a loss or an initialiser.</summary>
internal sealed record OptionTable(string Kind, string Summary, EquatableArray<Option> Options);

/// <summary>The losses, in the order of the reference page.</summary>
internal static class LossTables
{
    public const string CrossEntropy = "cross_entropy";
    public const string Nll = "nll";
    public const string Mse = "mse";
    public const string HalfSquaredError = "half_squared_error";
    public const string L1 = "l1";
    public const string SmoothL1 = "smooth_l1";
    public const string BceWithLogits = "bce_with_logits";
    public const string Bce = "bce";

    public static EquatableArray<OptionTable> All { get; } =
    [
        new(CrossEntropy, "Softmax and negative log-likelihood of class labels; takes logits.",
        [
            Option.Number("label_smoothing", "Share of the target that is spread over all classes.", 0, 0, 1),
            Option.Integer("ignore_index", "The label of samples that do not count.", -100, int.MinValue, int.MaxValue),
        ]),
        new(Nll, "Negative log-likelihood of class labels; takes the output of log_softmax.",
        [
            Option.Integer("ignore_index", "The label of samples that do not count.", -100, int.MinValue, int.MaxValue),
        ]),
        new(Mse, "Mean squared error over all values.", []),
        new(HalfSquaredError, "Half the sum of squared errors of a sample, averaged over the samples.", []),
        new(L1, "Mean absolute error over all values.", []),
        new(SmoothL1, "Squared below beta, absolute above it, averaged over all values.",
        [
            Option.Number("beta", "Where the square becomes linear.", 1, 0, minimumExcluded: true),
        ]),
        new(BceWithLogits, "Sigmoid and binary cross entropy, averaged over all values; takes logits.", []),
        new(Bce, "Binary cross entropy, averaged over all values; takes the output of sigmoid.", []),
    ];
}

/// <summary>The initialisers of a weight, in the order of the reference page.</summary>
internal static class InitTables
{
    private const string FanDoc = "The number of connections that sets the scale.";

    public static EquatableArray<OptionTable> All { get; } =
    [
        new("kaiming_uniform", "U(−b, b) with b = √(6 / ((1 + a²) · fan)); the default of convolutions and linear layers, where it is 1 / √fan_in.",
        [
            Option.Number("a", "Negative slope of the rectifier behind the layer; √5 is PyTorch's default for layers.", Math.Sqrt(5), 0),
            Option.Choice("mode", FanDoc, "fan_in", "fan_out"),
        ]),
        new("kaiming_normal", "N(0, s²) with s = √(2 / ((1 + a²) · fan)).",
        [
            Option.Number("a", "Negative slope of the rectifier behind the layer.", 0, 0),
            Option.Choice("mode", FanDoc, "fan_in", "fan_out"),
        ]),
        new("xavier_uniform", "U(−b, b) with b = gain · √(6 / (fan_in + fan_out)).",
        [
            Option.Number("gain", "Factor of the scale.", 1, 0, minimumExcluded: true),
        ]),
        new("xavier_normal", "N(0, s²) with s = gain · √(2 / (fan_in + fan_out)).",
        [
            Option.Number("gain", "Factor of the scale.", 1, 0, minimumExcluded: true),
        ]),
        new("normal", "N(0, std²).",
        [
            Option.Number("std", "Standard deviation.", null, 0, minimumExcluded: true),
        ]),
        new("uniform", "U(−bound, bound).",
        [
            Option.Number("bound", "Largest absolute value.", null, 0, minimumExcluded: true),
        ]),
        new("zeros", "Every value 0.", []),
        new("ones", "Every value 1.", []),
    ];
}

/// <summary>The keys of <c>codegen:</c>.</summary>
internal static class CodegenTable
{
    public static OptionTable Table { get; } = new("codegen", "How the code is generated; no option changes what is computed, and only winograd how it is rounded.",
    [
        Option.Choice("unroll", "auto: loops where the code would grow too large; full: straight lines; none: loops. Also an option of every layer.", "auto", "full", "none"),
        Option.Flag("backward", "false: a network that only predicts.", defaultValue: true),
        Option.Choice("keep", "marked: the outputs of layers with keep: true can be read; all: those of every layer.", "marked", "all"),
        Option.Choice("winograd", "auto: 3×3 convolutions go through Winograd's algorithm where that is faster, with about twice the rounding error, in gradients of weights up to four times; never: results to the last bit as the equation says.", "never", "auto"),
    ]);
}
