namespace NumCnn.Benchmarks.Works;

/// <summary>Everything that is measured, in the order of the table.</summary>
/// <remarks>Classes are named in lambdas only: the process of a first inference loads its own network's class and no other, and not before the clock runs.</remarks>
internal static class WorkList
{
    public static IReadOnlyList<Work> All { get; } =
    [
        new("tiny", static () => new Tiny(), TargetKind.HalfSquaredValues, 8) { Load = static path => Tiny.Load(path), HasNumPyLoops = true, HasNumPyTraining = true },
        new("lenet5", static () => new LeNet5(), TargetKind.Classes, 61_706) { Load = static path => LeNet5.Load(path), HasNumPyLoops = true },
        new("mnist_8_16", static () => new Mnist816(), TargetKind.Classes, 5_994) { Load = static path => Mnist816.Load(path), HasNumPyLoops = true },
        new("resnet8", static () => new ResNet8(), TargetKind.Classes, 78_666) { Load = static path => ResNet8.Load(path) },
        new("resnet8-winograd", static () => new ResNet8Winograd(), TargetKind.Classes, 78_666) { Load = static path => ResNet8Winograd.Load(path) },
        new("ds_cnn", static () => new DsCnn(), TargetKind.Classes, 24_908) { Load = static path => DsCnn.Load(path) },
        new("mobilenet_v1", static () => new MobileNetV1(), TargetKind.Classes, 221_794) { Load = static path => MobileNetV1.Load(path) },
        // Batch norm has no variance of one value, which PyTorch refuses to train on.
        new("autoencoder", static () => new Autoencoder(), TargetKind.Values, 269_992) { TrainingBatches = [64], Load = static path => Autoencoder.Load(path) },
        new("alexnet_first", static () => new AlexNetFirst(), TargetKind.Values, 34_944) { HasNumPyLoops = true, IsLarge = true },
        new("conv3x3_8", static () => new Conv3x3By8(), TargetKind.Values),
        new("conv3x3_16", static () => new Conv3x3By16(), TargetKind.Values),
        new("conv3x3_16-winograd", static () => new Conv3x3By16Winograd(), TargetKind.Values),
        new("conv3x3_32", static () => new Conv3x3By32(), TargetKind.Values),
        new("conv3x3_32-winograd", static () => new Conv3x3By32Winograd(), TargetKind.Values),
        new("conv3x3_64", static () => new Conv3x3By64(), TargetKind.Values),
        new("conv3x3_64-winograd", static () => new Conv3x3By64Winograd(), TargetKind.Values),
        new("conv3x3_128", static () => new Conv3x3By128(), TargetKind.Values),
        new("conv3x3_128-winograd", static () => new Conv3x3By128Winograd(), TargetKind.Values),
        new("conv3x3_256", static () => new Conv3x3By256(), TargetKind.Values),
        new("conv3x3_256-winograd", static () => new Conv3x3By256Winograd(), TargetKind.Values),
        new("conv1x1_64", static () => new Conv1x1By64(), TargetKind.Values),
        new("conv1x1_256", static () => new Conv1x1By256(), TargetKind.Values),
        new("conv1x1_1024", static () => new Conv1x1By1024(), TargetKind.Values),
        new("depthwise_32", static () => new DepthwiseBy32(), TargetKind.Values),
        new("depthwise_128", static () => new DepthwiseBy128(), TargetKind.Values),
        new("strided_32", static () => new StridedBy32(), TargetKind.Values),
        new("strided_128", static () => new StridedBy128(), TargetKind.Values),

        // torchvision counts 11,689,512 parameters; 9,600 running statistics come on top. A batch of 64 would keep 5 GB of activations to train.
        new("resnet18", static () => new ResNet18(), TargetKind.Classes, 11_699_112) { TrainingBatches = [1, 8], IsLarge = true, Load = static path => ResNet18.Load(path) },
        new("resnet18-winograd", static () => new ResNet18Winograd(), TargetKind.Classes, 11_699_112) { TrainingBatches = [1, 8], IsLarge = true, Load = static path => ResNet18Winograd.Load(path) },
    ];

    /// <summary>The works with one of these names, or that begin with one; without names, those that are wanted then. Says so, where there are none.</summary>
    public static IReadOnlyList<Work> Select(string[] only, Func<Work, bool> otherwise)
    {
        List<Work> works = [.. All.Where(work => only.Length == 0 ? otherwise(work) : only.Any(name => work.Name.StartsWith(name, StringComparison.Ordinal)))];
        if (works.Count == 0)
        {
            Console.Error.WriteLine($"--only {string.Join(' ', only)}: no such work. There are {string.Join(", ", All.Select(static work => work.Name))}.");
        }

        return works;
    }
}
