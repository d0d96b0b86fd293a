namespace NumCnn.Gen.Tests.Support;

/// <summary>Networks that several tests share.</summary>
internal static class Networks
{
    public const string LeNet5 = """
        name: LeNet5
        namespace: Samples.Digits
        accessibility: public
        dtype: float32
        input: [1, 28, 28]
        seed: 42
        layers:
          - conv2d: {name: conv1, out_channels: 6, kernel_size: 5, padding: 2}
          - relu
          - max_pool2d: 2
          - conv2d: {out_channels: 16, kernel_size: 5}
          - relu
          - max_pool2d: 2
          - flatten
          - linear: 120
          - relu
          - linear: {out_features: 10, name: scores}
        loss: cross_entropy
        codegen: {unroll: auto, backward: true}
        """;

    /// <summary>A residual block, with names of every form.</summary>
    public const string Residual = """
        dtype: float64
        input: [3, 8, 8]
        layers:
          - conv2d:
              name: layer1.0.conv1
              out_channels: 4
              kernel_size: [3, 3]
              padding: same
              bias: false
          - batch_norm2d: {frozen: true}
          - leaky_relu: 0.2
          - conv2d: {name: skip, from: input, out_channels: 4, kernel_size: 1, init: {normal: {std: 0.1}}}
          - add: {from: [leaky_relu1, skip], keep: true}
          - global_avg_pool2d
          - flatten
          - linear: {out_features: 2, weight: [[1, 2, 3, 4], [5, 6, 7, 8.5e-1]], bias: [0, -1]}
        loss: {smooth_l1: {beta: 0.5}}
        """;

    /// <summary>What a network spec resolves to, as the stages behind it see it.</summary>
    public static Spec.NetworkSpec Resolve(string yaml)
    {
        var result = Spec.SpecStage.Read(new("network.yaml", yaml, "Consumer", "Network"));
        Assert.Empty(result.Problems);
        return result.Network!;
    }
}
