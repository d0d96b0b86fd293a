using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NumCnn.Random;

namespace NumCnn.Matrix;

/// <summary>A short training run whose every number is printed.</summary>
internal static class MatrixRun
{
    private const int Samples = 5, Steps = 3;

    public static void Print<T>(CompiledNetwork<T> compiled)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        INetwork<T> network = compiled;

        // uniform values: no logarithm whose last bit a setting could change
        var random = new RandomState(7);
        var optimizer = new Sgd(learningRate: 0.05, momentum: 0.9);
        int inputs = network.Info.InputLength, outputs = network.Info.OutputLength;
        network.Training = true;
        T[] outputsSeen = new T[Steps * Samples * outputs], inputGradients = new T[Steps * Samples * inputs], predicted = new T[Samples * outputs];
        for (int step = 0; step < Steps; step++)
        {
            T[] x = Draw<T>(random, Samples * inputs);
            ReadOnlySpan<T> y = network.Forward(x);
            y.CopyTo(outputsSeen.AsSpan(step * y.Length));
            ReadOnlySpan<T> gradient = OutputGradient(network, random, y);
            network.Backward(gradient, inputGradients.AsSpan(step * x.Length, x.Length));
            optimizer.Step(network);
            network.Predict(x, predicted);
        }

        // One sample: threads share its steps where these are large.
        T[] alone = new T[outputs];
        network.Threads = 2;
        network.Predict(Draw<T>(random, inputs), alone);
        T[] gradients = [.. inputGradients, .. network.Parameters.Where(static parameter => parameter.Trainable).SelectMany(static parameter => parameter.Gradient.ToArray())];
        T[] weights = [.. network.Parameters.SelectMany(static parameter => parameter.ToArray())];
        T[] forward = [.. outputsSeen, .. predicted, .. alone];
        double[] numbers = [.. forward.Concat(gradients).Concat(weights).Select(double.CreateTruncating)];
        Console.WriteLine(string.Join(' ', network.Info.Name, compiled.KernelFamily, Hash<T>(forward), Hash<T>(gradients), Hash<T>(weights), Convert.ToBase64String(MemoryMarshal.AsBytes<double>(numbers))));
    }

    private static ReadOnlySpan<T> OutputGradient<T>(INetwork<T> network, RandomState random, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> gradient;
        switch (network)
        {
            case ITrainable<T, int> classes:
                int count = network.Info.OutputShape[0];
                int[] labels = [.. random.Rand(y.Length / count).Select(value => (int)(value * count))];
                classes.Loss(labels, out gradient);
                return gradient;
            case ITrainable<T, T> values:
                values.Loss(Draw<T>(random, y.Length), out gradient);
                return gradient;
            default:
                return Draw<T>(random, y.Length);
        }
    }

    private static T[] Draw<T>(RandomState random, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Array.ConvertAll(random.Rand(count), static value => T.CreateTruncating(4 * value - 2));

    private static string Hash<T>(T[] values)
        where T : unmanaged
        => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<T>(values)));
}
