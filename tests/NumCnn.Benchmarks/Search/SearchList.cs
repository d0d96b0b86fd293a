namespace NumCnn.Benchmarks.Search;

/// <summary>The layers whose kernels are searched and timed alone, each a network of its own.</summary>
internal static class SearchList
{
    public static IReadOnlyList<(string Name, string Yaml)> All { get; } =
    [
        Layer("lenet_conv1", "1, 28, 28", "conv2d: {out_channels: 6, kernel_size: 5, padding: 2}"),
        Layer("lenet_conv2", "6, 14, 14", "conv2d: {out_channels: 16, kernel_size: 5}"),
        Layer("lenet_linear1", "400", "linear: 120"),
        Layer("lenet_linear2", "120", "linear: 84"),
        Layer("mnist_conv1", "1, 28, 28", "conv2d: {out_channels: 8, kernel_size: 5, padding: 2}"),
        Layer("mnist_conv2", "8, 14, 14", "conv2d: {out_channels: 16, kernel_size: 5, padding: 2}"),
        Layer("resnet8_stem", "3, 32, 32", "conv2d: {out_channels: 16, kernel_size: 3, padding: 1}"),
        Layer("resnet8_16", "16, 32, 32", "conv2d: {out_channels: 16, kernel_size: 3, padding: 1}"),
        Layer("resnet8_16_to_32", "16, 32, 32", "conv2d: {out_channels: 32, kernel_size: 3, stride: 2, padding: same}"),
        Layer("resnet8_32", "32, 16, 16", "conv2d: {out_channels: 32, kernel_size: 3, padding: 1}"),
        Layer("resnet8_64", "64, 8, 8", "conv2d: {out_channels: 64, kernel_size: 3, padding: 1}"),
        Layer("ds_cnn_stem", "1, 49, 10", "conv2d: {out_channels: 64, kernel_size: [10, 4], stride: 2, padding: same}"),
        Layer("ds_cnn_64", "64, 25, 5", "conv2d: {out_channels: 64, kernel_size: 1}"),
        Layer("mobilenet_stem", "3, 96, 96", "conv2d: {out_channels: 8, kernel_size: 3, stride: 2, padding: same}"),
        Layer("mobilenet_8_to_16", "8, 48, 48", "conv2d: {out_channels: 16, kernel_size: 1}"),
        Layer("mobilenet_32", "32, 24, 24", "conv2d: {out_channels: 32, kernel_size: 1}"),
        Layer("mobilenet_64", "64, 12, 12", "conv2d: {out_channels: 64, kernel_size: 1}"),
        Layer("mobilenet_128", "128, 6, 6", "conv2d: {out_channels: 128, kernel_size: 1}"),
        Layer("mobilenet_256", "256, 3, 3", "conv2d: {out_channels: 256, kernel_size: 1}"),
        Layer("depthwise_8", "8, 48, 48", "conv2d: {out_channels: 8, kernel_size: 3, padding: 1, groups: 8}"),
        Layer("depthwise_32", "32, 24, 24", "conv2d: {out_channels: 32, kernel_size: 3, padding: 1, groups: 32}"),
        Layer("depthwise_128", "128, 6, 6", "conv2d: {out_channels: 128, kernel_size: 3, padding: 1, groups: 128}"),
        Layer("depthwise_32_strided", "32, 24, 24", "conv2d: {out_channels: 32, kernel_size: 3, stride: 2, padding: same, groups: 32}"),
        Layer("depthwise_32_5x5", "32, 24, 24", "conv2d: {out_channels: 32, kernel_size: 5, padding: 2, groups: 32}"),
        Layer("conv3x3_8", "8, 28, 28", "conv2d: {out_channels: 8, kernel_size: 3, padding: 1}"),
        Layer("conv3x3_32", "32, 28, 28", "conv2d: {out_channels: 32, kernel_size: 3, padding: 1}"),
        Layer("conv3x3_64", "64, 28, 28", "conv2d: {out_channels: 64, kernel_size: 3, padding: 1}"),
        Layer("conv3x3_128", "128, 28, 28", "conv2d: {out_channels: 128, kernel_size: 3, padding: 1}"),
        Layer("conv3x3_256", "256, 14, 14", "conv2d: {out_channels: 256, kernel_size: 3, padding: 1}"),
        Layer("conv3x3_256_small", "256, 7, 7", "conv2d: {out_channels: 256, kernel_size: 3, padding: 1}"),
        Layer("conv3x3_512", "512, 7, 7", "conv2d: {out_channels: 512, kernel_size: 3, padding: 1}"),
        Layer("strided_256", "256, 14, 14", "conv2d: {out_channels: 512, kernel_size: 3, stride: 2, padding: 1}"),
        Layer("strided_128", "128, 14, 14", "conv2d: {out_channels: 256, kernel_size: 3, stride: 2, padding: 1}"),
        Layer("alexnet_conv1", "3, 227, 227", "conv2d: {out_channels: 96, kernel_size: 11, stride: 4}"),
        Layer("autoencoder_linear1", "640", "linear: 128"),
    ];

    private static (string Name, string Yaml) Layer(string name, string input, string layer) => (name, $"name: Searched\ninput: [{input}]\nseed: 1\nlayers:\n  - {layer}\nloss: mse\n");
}
