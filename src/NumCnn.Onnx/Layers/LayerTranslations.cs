using System.Numerics;

namespace NumCnn.Onnx.Layers;

/// <summary>The translation of each kind of layer, in the order of the YAML reference.</summary>
internal static class LayerTranslations<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly Dictionary<string, Action<LayerScope<T>>> s_kinds = new(StringComparer.Ordinal)
    {
        ["conv2d"] = Convolutions.Conv2d,
        ["conv_transpose2d"] = Convolutions.ConvTranspose2d,
        ["linear"] = Convolutions.Linear,
        ["max_pool2d"] = Pooling.MaxPool2d,
        ["avg_pool2d"] = Pooling.AvgPool2d,
        ["adaptive_avg_pool2d"] = Pooling.AdaptiveAvgPool2d,
        ["global_avg_pool2d"] = static scope => scope.Emit("GlobalAveragePool"),
        ["global_max_pool2d"] = static scope => scope.Emit("GlobalMaxPool"),
        ["batch_norm2d"] = Normalisation.BatchNorm,
        ["batch_norm1d"] = Normalisation.BatchNorm,
        ["layer_norm"] = Normalisation.LayerNorm,
        ["group_norm"] = Normalisation.GroupNorm,
        ["instance_norm2d"] = Normalisation.InstanceNorm,
        ["dropout"] = static scope => scope.Emit("Identity"),
        ["relu"] = static scope => scope.Emit("Relu"),
        ["relu6"] = Activations.Relu6,
        ["leaky_relu"] = static scope => scope.Emit("LeakyRelu", OnnxAttribute.Of("alpha", scope.Number("negative_slope"))),
        ["elu"] = static scope => scope.Emit("Elu", OnnxAttribute.Of("alpha", scope.Number("alpha"))),
        ["selu"] = static scope => scope.Emit("Selu"),
        ["gelu"] = Activations.Gelu,
        ["silu"] = Activations.Silu,
        ["mish"] = Activations.Mish,
        ["hardswish"] = static scope => scope.Emit("HardSwish"),
        ["hardsigmoid"] = static scope => scope.Emit("HardSigmoid", OnnxAttribute.Of("alpha", 1.0 / 6), OnnxAttribute.Of("beta", 0.5)),
        ["softplus"] = Activations.Softplus,
        ["prelu"] = Activations.Prelu,
        ["tanh"] = static scope => scope.Emit("Tanh"),
        ["sigmoid"] = static scope => scope.Emit("Sigmoid"),
        ["softmax"] = static scope => scope.Emit("Softmax", OnnxAttribute.Of("axis", 1L)),
        ["log_softmax"] = static scope => scope.Emit("LogSoftmax", OnnxAttribute.Of("axis", 1L)),
        ["flatten"] = static scope => scope.Emit("Flatten", OnnxAttribute.Of("axis", 1L)),
        ["reshape"] = Rearranging.Reshape,
        ["identity"] = static scope => scope.Emit("Identity"),
        ["upsample"] = Rearranging.Upsample,
        ["pixel_shuffle"] = static scope => scope.Emit("DepthToSpace", OnnxAttribute.Of("blocksize", scope.Int("upscale_factor")), OnnxAttribute.Of("mode", "CRD")),
        ["pad2d"] = Padding.Pad2d,
        ["add"] = static scope => Rearranging.Fold(scope, "Add"),
        ["mul"] = static scope => Rearranging.Fold(scope, "Mul"),
        ["concat"] = static scope => scope.Emit("Concat", OnnxAttribute.Of("axis", 1L)),
    };

    /// <summary>The kinds that can be exported.</summary>
    public static IReadOnlyCollection<string> Kinds => s_kinds.Keys;

    /// <summary>The translation of a layer.</summary>
    /// <exception cref="NotSupportedException">The kind has no translation.</exception>
    public static Action<LayerScope<T>> Of(LayerInfo layer) => s_kinds.TryGetValue(layer.Kind, out var translation)
        ? translation
        : throw new NotSupportedException($"Layer '{layer.Name}' is of the kind {layer.Kind}, which has no translation to ONNX.");
}
