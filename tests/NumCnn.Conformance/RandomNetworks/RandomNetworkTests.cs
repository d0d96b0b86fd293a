using System.Globalization;
using System.Numerics;
using NumCnn.Conformance.Host;
using NumCnn.Conformance.Naive;
using Xunit;

namespace NumCnn.Conformance.RandomNetworks;

/// <summary>Several hundred random networks, forward and backward, against the naive reference; those in float32 also as if they were large.</summary>
public class RandomNetworkTests
{
    private const int Batches = 20, PerBatch = 20, Samples = 3, LargeSamples = 19;

    // As for the corpus, with room for networks that multiply values or normalise over a few of them.
    private const double Float64Tolerance = 1e-11, Float32Tolerance = 3e-4;

    public static TheoryData<int> Seeds => new(Enumerable.Range(0, Batches));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_networks_compute_what_the_naive_reference_computes(int batch)
    {
        RandomNetwork[] networks = [.. Enumerable.Range(batch * PerBatch, PerBatch).Select(static seed => new RandomNetwork(seed))];
        CompiledNetworks compiled = NetworkHost.Compile(networks.Select(static network => ($"{network.Name}.network.yaml", network.Yaml)));
        CompiledNetworks large = DividedNetworks.Compile(networks.Where(static network => network.IsFloat32).Select(static network => network.Yaml));
        string[] failures = [.. networks.Select(network => (Fault(network, compiled) ?? LargeFault(network, compiled, large)) is { } fault ? $"{fault}\n{network.Yaml}" : null).OfType<string>()];
        Assert.True(failures.Length == 0, $"{failures.Length} of {PerBatch} networks are wrong:\n{string.Join("\n", failures)}");
    }

    private static string? Fault(RandomNetwork network, CompiledNetworks compiled)
    {
        object created = compiled.Create(network.Name);
        foreach (bool training in network.HasDropout ? (bool[])[false] : [false, true])
        {
            string? fault = created is INetwork<float> single ? Fault(network, single, training, Float32Tolerance) : Fault(network, (INetwork<double>)created, training, Float64Tolerance);
            if (fault is not null)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{(training ? "training" : "evaluation")}: {fault}");
            }
        }

        return null;
    }

    private static string? Fault<T>(RandomNetwork random, INetwork<T> network, bool training, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var dice = new Dice(12345);
        var naive = new NaiveNetwork(random.Yaml) { Training = training };
        network.Training = training;
        foreach (Parameter<T> parameter in network.Parameters)
        {
            double[] values = Draw(dice, parameter);
            parameter.CopyFrom(Numbers.To<T>(values));
            naive.Parameters.Add(parameter.Name, values);
        }

        double[] x = dice.Normals(Samples * network.Info.InputLength);
        NaiveTensor expected = naive.Forward(NaiveTensor.Of(Samples, naive.InputShape, x));
        T[] y = network.Forward(Numbers.To<T>(x)).ToArray();
        if (Compare.Difference(expected.Data, Numbers.From<T>(y), tolerance) is { } wrongOutput)
        {
            return $"output: {wrongOutput}";
        }

        NaiveTensor gradient = expected.Like();
        T[] dy;
        if (naive.Loss is null)
        {
            dice.Normals(gradient.Data.Length).CopyTo(gradient.Data, 0);
            dy = Numbers.To<T>(gradient.Data);
        }
        else
        {
            double[] targets = naive.Loss.HasClassTargets
                ? [.. Enumerable.Range(0, Samples * expected.H * expected.W).Select(_ => (double)dice.Between(0, expected.C - 1))]
                : [.. gradient.Data.Select(_ => (double)(float)dice.NextDouble())];
            double expectedLoss = naive.Loss.Evaluate(expected, targets, gradient), loss = LossCall.Evaluate(network, targets, out dy);
            if (!double.IsNaN(expectedLoss) && Compare.Difference([expectedLoss], [loss], tolerance) is { } wrongLoss)
            {
                return $"loss: {wrongLoss}";
            }

            if (double.IsNaN(expectedLoss))
            {
                // every target is ignored, which is NaN in PyTorch, too; any gradient serves
                dice.Normals(gradient.Data.Length).CopyTo(gradient.Data, 0);
                dy = Numbers.To<T>(gradient.Data);
            }
        }

        NaiveTensor expectedInputGradient = naive.Backward(gradient);
        T[] dx = new T[x.Length];
        network.Backward(dy, dx);
        double scale = 0.01 * Math.Max(Compare.Magnitude(gradient.Data), naive.Gradients.Values.Append(expectedInputGradient.Data).Max(static values => Compare.Magnitude(values)));
        if (Compare.Difference(expectedInputGradient.Data, Numbers.From<T>(dx), tolerance, scale) is { } wrongInputGradient)
        {
            return $"input gradient: {wrongInputGradient}";
        }

        foreach (Parameter<T> parameter in network.Parameters)
        {
            if (parameter.Trainable && Compare.Difference(naive.Gradients[parameter.Name], Numbers.From(parameter.Gradient), tolerance, scale) is { } wrongGradient)
            {
                return $"gradient of {parameter}: {wrongGradient}";
            }

            if (!parameter.Trainable && Compare.Difference(naive.Parameters[parameter.Name], Numbers.From(parameter), tolerance) is { } wrongValue)
            {
                return $"{parameter} after the pass: {wrongValue}";
            }
        }

        return null;
    }

    /// <summary>What differs between the network and the same one built as if it were large: nothing, to the last bit.</summary>
    private static string? LargeFault(RandomNetwork random, CompiledNetworks compiled, CompiledNetworks largeCompiled)
    {
        if (!random.IsFloat32 || random.HasDropout)
        {
            return null;
        }

        INetwork<float> plain = (INetwork<float>)compiled.Create(random.Name), large = (INetwork<float>)largeCompiled.Create(random.Name);
        var dice = new Dice(54321);
        float[] x = Numbers.To<float>(dice.Normals(LargeSamples * plain.Info.InputLength)), dy = Numbers.To<float>(dice.Normals(LargeSamples * plain.Info.OutputLength));
        float[] dx = new float[x.Length], dxLarge = new float[x.Length];
        foreach (int threads in (int[])[1, 2])
        {
            large.Threads = threads;
            float[] y = plain.Forward(x).ToArray(), yLarge = large.Forward(x).ToArray();
            plain.Backward(dy, dx);
            large.Backward(dy, dxLarge);
            string? fault = Compare.OtherBits<float>("output", y, yLarge) ?? Compare.OtherBits<float>("input gradient", dx, dxLarge) ?? Compare.OtherBits("gradients", plain.Parameters.Gradients, large.Parameters.Gradients);
            if (fault is not null)
            {
                return string.Create(CultureInfo.InvariantCulture, $"as if large, {threads} threads: {fault}");
            }
        }

        return null;
    }

    private static double[] Draw<T>(Dice dice, Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string name = parameter.Name;
        ReadOnlySpan<int> shape = parameter.Shape;
        int length = parameter.Length;
        if (name.EndsWith(".running_var", StringComparison.Ordinal))
        {
            return [.. Enumerable.Range(0, length).Select(_ => (double)(float)(0.5 + dice.NextDouble()))];
        }

        // weights of matrices keep the variance of what they multiply; scales of norms lie around 1
        bool matrix = shape.Length is 2 or 4;
        int terms = matrix ? length / shape[0] : 1;
        return matrix ? dice.Normals(length, 1 / Math.Sqrt(terms)) : dice.Normals(length, 0.3, name.EndsWith(".weight", StringComparison.Ordinal) ? 0.8 : 0);
    }
}
