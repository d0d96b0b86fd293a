namespace NumCnn.Gen.Layers;

/// <summary>Every kind of layer, in the order of the reference page: a new layer is its file and its line here.</summary>
internal static class Catalogue
{
    public static IReadOnlyList<Layer> All { get; } =
    [
        // What learns most of a network's parameters.
        new Conv2d(),
        new ConvTranspose2d(),
        new Linear(),

        // Pooling.
        new MaxPool2d(),
        new AvgPool2d(),
        new AdaptiveAvgPool2d(),
        new GlobalAvgPool2d(),
        new GlobalMaxPool2d(),

        // Normalisation and regularisation.
        new BatchNorm2d(),
        new BatchNorm1d(),
        new LayerNorm(),
        new GroupNorm(),
        new InstanceNorm2d(),
        new Dropout(),

        // Element by element.
        new Relu(),
        new Relu6(),
        new LeakyRelu(),
        new Elu(),
        new Selu(),
        new Gelu(),
        new Silu(),
        new Mish(),
        new Hardswish(),
        new Hardsigmoid(),
        new Softplus(),
        new Prelu(),
        new Tanh(),
        new Sigmoid(),
        new Softmax(),
        new LogSoftmax(),

        // Shapes.
        new Flatten(),
        new Reshape(),
        new Identity(),
        new Upsample(),
        new PixelShuffle(),
        new Pad2d(),

        // Several inputs.
        new Add(),
        new Mul(),
        new Concat(),
    ];

    private static readonly Dictionary<string, Layer> ByKind = All.ToDictionary(layer => layer.Kind, StringComparer.Ordinal);

    /// <summary>The layer of a kind, or null.</summary>
    public static Layer? Find(string kind) => ByKind.TryGetValue(kind, out var layer) ? layer : null;

    /// <summary>The layer of a kind that is known to exist.</summary>
    public static Layer Get(string kind) => ByKind[kind];
}
