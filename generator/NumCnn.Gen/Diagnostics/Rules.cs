using Microsoft.CodeAnalysis;

namespace NumCnn.Gen.Diagnostics;

/// <summary>Every rule. An id is never reused; docs/rules has a page for each, and the release ledger a row.</summary>
internal static class Rules
{
    public const string Category = "NumCnn";

    // Text of the file.
    public static readonly DiagnosticDescriptor Syntax = new(
        "NCG0001", "The file is not valid YAML", "This is not valid YAML: {0}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor UnsupportedYaml = new(
        "NCG0002", "Anchors, aliases and tags are not supported", "{0} are not supported here: {1}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor SeveralDocuments = new(
        "NCG0003", "The file holds several documents", "A file describes one network; this is a second document", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor TooLarge = new(
        "NCG0004", "The file is too large or nested too deeply", "{0}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor NotANetwork = new(
        "NCG0005", "The file is not a map", "A network is a map with the keys 'input' and 'layers', not {0}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor DuplicateKey = new(
        "NCG0006", "A key is given twice", "'{0}' is given twice here", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor UnknownKey = new(
        "NCG0007", "A key is unknown", "'{0}' is no key of {1}{2}; it takes {3}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MissingKey = new(
        "NCG0008", "A required key is missing", "{0} needs '{1}'", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor WrongType = new(
        "NCG0009", "A value has the wrong form", "'{0}' takes {1}, not {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor OutOfRange = new(
        "NCG0010", "A number is out of range", "'{0}' is {1}, but has to be {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor UnknownWord = new(
        "NCG0011", "A word is not among those allowed", "'{1}' is no value of '{0}'{2}; it takes {3}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor AmbiguousScalar = new(
        "NCG0012", "A number or boolean is not written plainly", "'{0}' takes {1}, written plainly; '{2}' {3}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor InvalidIdentifier = new(
        "NCG0013", "A name is no C# identifier", "'{1}' cannot be the {0}: {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    // Layers and their connections.
    public static readonly DiagnosticDescriptor UnknownLayer = new(
        "NCG0101", "The layer is unknown", "'{0}' is no layer{1}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor LayerForm = new(
        "NCG0102", "A layer is written in the wrong form", "A layer is a word (relu) or a map with one key (conv2d: …), not {0}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor OptionBesideLayer = new(
        "NCG0103", "An option stands beside its layer", "'{0}' stands beside '{1}' instead of below it: indent it by two more", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor InvalidLayerName = new(
        "NCG0104", "A layer's name is invalid", "'{0}' cannot be a layer's name: {1}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor DuplicateClass = new(
        "NCG0105", "Two files describe the same class", "{0} is also the class of {1}; give one of them another 'name' or 'namespace'", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor DuplicateLayerName = new(
        "NCG0106", "Two layers have the same name", "'{0}' is also the name of {1}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MemberCollision = new(
        "NCG0107", "Two layers become the same member", "Layers '{0}' and '{1}' would both become the member {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor ReservedMember = new(
        "NCG0108", "A layer's member is already taken", "Layer '{0}' would become the member {1}, which {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor UnknownSource = new(
        "NCG0109", "from: names no layer", "'{0}' in 'from' is no layer{1}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor Cycle = new(
        "NCG0110", "The layers form a cycle", "The layers read each other in a circle: {0}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor SourceCount = new(
        "NCG0111", "A layer reads the wrong number of inputs", "{0}: {1} reads {2}, not {3}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor UnreadLayer = new(
        "NCG0112", "Nobody reads a layer", "Nobody reads '{0}'; the network's output is '{1}'", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor OutputsReserved = new(
        "NCG0113", "A network has one output", "'outputs' is reserved: a network has one output, which is the layer that no other one reads", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor LayerCount = new(
        "NCG0114", "The network has no layers or too many", "The network has {0} layers; it takes 1 to {1}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor RaggedLiteral = new(
        "NCG0115", "A literal is not a regular array", "'{0}': {1}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor DoesNotApply = new(
        "NCG0116", "A key does not apply to the layer", "'{0}' does not apply to {1}: {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor Conflict = new(
        "NCG0117", "Two keys contradict each other", "'{0}' and '{1}' contradict each other: {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    // Shapes.
    public static readonly DiagnosticDescriptor KernelDoesNotFit = new(
        "NCG0201", "The kernel does not fit the input", "{0}: {1}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor ShapesDiffer = new(
        "NCG0202", "The inputs' shapes differ", "{0}: the inputs need one shape, but are {1} and {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor ConcatMismatch = new(
        "NCG0203", "The inputs cannot be joined", "{0}: the inputs may differ in channels only, but are {1} and {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor GroupsDoNotDivide = new(
        "NCG0204", "The groups do not divide the channels", "{0}: {1} groups do not divide {2} {3} channels", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor NeedsImage = new(
        "NCG0205", "The layer needs an image", "{0}: {1} needs [channels, rows, columns], but gets {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor NeedsFeatures = new(
        "NCG0206", "The layer needs features", "{0}: {1} needs [features], but gets {2}; put a 'flatten' before it", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor ReshapeMismatch = new(
        "NCG0207", "The new shape holds another number of values", "{0}: {1}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor LiteralShape = new(
        "NCG0208", "A literal has the wrong shape", "{0}: '{1}' has the shape {2}, but has to be {3}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor NormGroupsDoNotDivide = new(
        "NCG0209", "num_groups does not divide the channels", "{0}: {1} groups do not divide {2} channels", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor ShuffleDoesNotDivide = new(
        "NCG0210", "The channels cannot be shuffled", "{0}: {1} channels are no multiple of {2}² = {3}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor BorderTooLarge = new(
        "NCG0211", "The border is larger than the image gives", "{0}: {1} padding of {2} needs an image of at least {3}, but gets {4}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor PoolPadding = new(
        "NCG0212", "The padding is more than half the kernel", "{0}: padding {1} is more than half of kernel {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor OutputPadding = new(
        "NCG0213", "output_padding is too large", "{0}: output_padding {1} has to be smaller than stride {2} or dilation {3}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor TensorTooLarge = new(
        "NCG0214", "A tensor is too large", "{0}: {1} has {2} values; the limit is {3}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor TooManyParameters = new(
        "NCG0215", "The network has too many parameters", "With {0} the network has {1} parameters; the limit is {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor PreluParameters = new(
        "NCG0216", "prelu has the wrong number of parameters", "{0}: num_parameters is {1}, but has to be 1 or {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor SingleValueNorm = new(
        "NCG0217", "A normalisation over a single value", "{0}: {1} normalises each value by itself for an input of {2}, which always gives the bias", Category, DiagnosticSeverity.Warning, isEnabledByDefault: true);

    // Losses and training.
    public static readonly DiagnosticDescriptor LossShape = new(
        "NCG0301", "The loss does not suit the output", "{0} needs an output of {1}, but the network's is {2}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor SecondSoftmax = new(
        "NCG0302", "The loss already contains the last layer's function", "{0} contains the function of '{1}' ({2}); leave that layer out", Category, DiagnosticSeverity.Warning, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor LossNeedsLayer = new(
        "NCG0303", "The loss expects another last layer", "{0} takes the output of {1}, but '{2}' is {3}; add that layer or use {4}", Category, DiagnosticSeverity.Warning, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor NothingToTrain = new(
        "NCG0304", "The network has nothing to train", "{0} has no parameters to train", Category, DiagnosticSeverity.Info, isEnabledByDefault: true);

    // Code.
    public static readonly DiagnosticDescriptor UnrollBudget = new(
        "NCG0401", "The layer is too large to unroll fully", "{0}: unrolled fully it would take about {1} statements, more than the limit of {2}; it keeps its loops", Category, DiagnosticSeverity.Info, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor InternalError = new(
        "NCG0900", "The generator failed", "The generator failed on this file, which is a fault of the generator: {0}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>All rules, in the order of their ids.</summary>
    public static IReadOnlyList<DiagnosticDescriptor> All { get; } =
    [
        Syntax,
        UnsupportedYaml,
        SeveralDocuments,
        TooLarge,
        NotANetwork,
        DuplicateKey,
        UnknownKey,
        MissingKey,
        WrongType,
        OutOfRange,
        UnknownWord,
        AmbiguousScalar,
        InvalidIdentifier,
        UnknownLayer,
        LayerForm,
        OptionBesideLayer,
        InvalidLayerName,
        DuplicateClass,
        DuplicateLayerName,
        MemberCollision,
        ReservedMember,
        UnknownSource,
        Cycle,
        SourceCount,
        UnreadLayer,
        OutputsReserved,
        LayerCount,
        RaggedLiteral,
        DoesNotApply,
        Conflict,
        KernelDoesNotFit,
        ShapesDiffer,
        ConcatMismatch,
        GroupsDoNotDivide,
        NeedsImage,
        NeedsFeatures,
        ReshapeMismatch,
        LiteralShape,
        NormGroupsDoNotDivide,
        ShuffleDoesNotDivide,
        BorderTooLarge,
        PoolPadding,
        OutputPadding,
        TensorTooLarge,
        TooManyParameters,
        PreluParameters,
        SingleValueNorm,
        LossShape,
        SecondSoftmax,
        LossNeedsLayer,
        NothingToTrain,
        UnrollBudget,
        InternalError,
    ];
}
